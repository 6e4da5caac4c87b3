// Whether a function on a call stack is machinery (heddle's own runtime, the standard library,
// libc) rather than something that the user wrote.
#pragma once

#include <source_location>
#include <string>
#include <string_view>

#include "model/report/symbolizer.hpp"

namespace heddle::report {

bool is_internal(const frame& f);

/// "void std::__invoke_impl<void, f>(int)" -> "std::__invoke_impl"
std::string qualified_name(std::string_view function);

/// This header, as the compiler that includes it calls it.
inline const char* internal_frames_header() { return std::source_location::current().file_name(); }

}  // namespace heddle::report
