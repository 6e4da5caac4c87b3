// Hand-made results for the tests of report: one for each thing that a report has to show.
#pragma once

#include <vector>

#include "model/diagnose/result.hpp"
#include "model/report/setting.hpp"
#include "model/report/table_symbolizer.hpp"

namespace heddle::report::samples {

/// Names every address of the results below; its files are below /home/user/loom.
table_symbolizer& names();

/// A setting that uses it.
setting around();

check_result verified();
check_result bounded();
check_result error();
check_result message_passing();  // an assertion that needs weak memory; a stale read; a spin loop
check_result data_race();        // two places; a heap object; output
check_result deadlock();         // two mutexes, two threads; states at the end
check_result six_threads();      // too many for columns; several failures

std::vector<check_result> all();

}  // namespace heddle::report::samples
