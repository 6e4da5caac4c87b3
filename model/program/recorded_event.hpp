// What the program knows of one of its events and the search does not: its name in the program's
// own words, the object's address, and the call stack. Kept only in executions that are recorded
// to be shown.
#pragma once

#include <cstdint>

#include "model/program/failure.hpp"

namespace heddle {

struct recorded_event {
  const char* operation = "";  // "load", "fetch_add", "lock", …
  std::uintptr_t address = 0;  // 0: no object
  call_stack stack;
};

}  // namespace heddle
