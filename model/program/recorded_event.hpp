// What the program knows of one of its events and the search does not: its name in the program's
// own words, the object's address, and the call stack. Kept only in executions that are recorded
// to be shown.
#pragma once

#include <cstdint>
#include <string>

#include "model/program/failure.hpp"

namespace heddle {

struct recorded_event {
  const char* operation = "";  // "load", "fetch_add", "lock", …
  std::uintptr_t address = 0;  // 0: no object
  call_stack stack;
};

/// A line that the program has written for the trace (heddle::log), when its thread had performed
/// `after` events.
struct log_line {
  std::uint32_t after = 0;
  std::string text;
  call_stack stack;
};

}  // namespace heddle
