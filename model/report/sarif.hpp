// The failures as SARIF 2.1.0, for code viewers: one result per failed check, its notes as related
// locations, its trace as a code flow with one thread flow per thread. Checks without a verdict
// (bounded, error) become notifications.
#pragma once

#include <span>
#include <string>

#include "model/report/setting.hpp"

namespace heddle::report {

std::string render_sarif(std::span<const check_result> results, const setting& around);

}  // namespace heddle::report
