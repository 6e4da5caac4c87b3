// What can be wrong with an execution, as data: made by whoever notices (the runtime, diagnose),
// shown by report. Call stacks are raw return addresses, innermost first; only report names them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/program/operation.hpp"

namespace heddle {

enum class failure_kind : std::uint8_t {
  assertion,
  data_race,
  deadlock,
  livelock,
  memory,
  misuse,
  uncaught_exception,
  abort,
  property,
};

/// The name as in the JSON report: "assertion", "data_race", …
constexpr const char* name_of(failure_kind kind) {
  constexpr const char* names[] = {"assertion",          "data_race", "deadlock",
                                   "livelock",           "memory",    "misuse",
                                   "uncaught_exception", "abort",     "property"};
  return names[static_cast<unsigned>(kind)];
}

/// What a thread is called in messages, if it has no name of its own: "main", "T1", …
inline std::string thread_name(thread_id t) { return t == 0 ? "main" : "T" + std::to_string(t); }

using call_stack = std::vector<std::uintptr_t>;

/// One more fact, with its place: "T1 writes 8 bytes here", "the block was allocated here", …
struct note {
  std::string text;
  thread_id thread = no_thread;
  call_stack stack;
};

struct failure {
  failure_kind kind = failure_kind::assertion;
  std::string message;           // one line, in the user's words
  thread_id thread = no_thread;  // the thread that noticed
  call_stack stack;              // where it noticed
  std::vector<note> notes;
};

}  // namespace heddle
