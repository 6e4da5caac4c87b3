// The report of one check for a terminal: the verdict; for a failure what went wrong and where, how
// it came about thread by thread, and the line to paste that replays it.
#pragma once

#include <cstddef>
#include <string>

#include "model/report/setting.hpp"

namespace heddle::report {

struct console_style : setting {
  std::size_t width = 100;  // of the terminal, in cells
  bool colours = false;
};

/// The whole report, its last line ended. The first line alone says name, verdict and effort.
std::string render_console(const check_result& result, const console_style& style);

/// That first line alone, for checks of which nothing more is to be said.
std::string render_verdict_line(const check_result& result, const console_style& style);

}  // namespace heddle::report
