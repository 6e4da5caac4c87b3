// The results of a run as one HTML page that needs nothing else: no scripts, no other files.
#pragma once

#include <span>
#include <string>

#include "model/report/setting.hpp"

namespace heddle::report {

/// `title` is usually the name of the program.
std::string render_html(std::span<const check_result> results, const std::string& title,
                        const setting& around);

}  // namespace heddle::report
