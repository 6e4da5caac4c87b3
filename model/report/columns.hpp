// The table of a failing execution: one column per thread, time downwards. With many threads or
// little room, a list in which each line names its thread.
#pragma once

#include <string>

#include "model/report/console.hpp"
#include "model/report/story.hpp"

namespace heddle::report {

/// Lines, each ended with a newline and at most `style.width` cells wide, each starting with
/// `margin` spaces.
std::string render_columns(const story& told, const console_style& style, std::size_t margin);

}  // namespace heddle::report
