// The results as JUnit XML, for continuous integration: failed is a failure, error an error,
// bounded a skipped test (never a pass); each with the terminal's report as its text.
#pragma once

#include <span>
#include <string>

#include "model/report/setting.hpp"

namespace heddle::report {

/// `suite` is the name of the whole, usually that of the program.
std::string render_junit(std::span<const check_result> results, const std::string& suite,
                         const setting& around);

}  // namespace heddle::report
