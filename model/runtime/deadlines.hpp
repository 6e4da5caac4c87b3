// Points in time as the program names them: a clock of POSIX and a timespec.
#pragma once

#include <ctime>
#include <optional>

#include "model/runtime/engine.hpp"

namespace heddle::runtime {

/// When a timed wait ends, in virtual time.
struct deadline {
  virtual_time::nanoseconds when = 0;
  bool never = false;  // so late that nobody would wait for it
};

/// Nothing if there is no such clock or the timespec is none.
std::optional<deadline> deadline_at(engine& e, clockid_t clock, const timespec& when);
std::optional<deadline> deadline_after(engine& e, const timespec& duration);

/// The running thread has waited until then.
void reached(engine& e, const deadline& when);

/// What the clock shows to the running thread, which takes a moment. Nothing: no such clock.
std::optional<timespec> read_clock(engine& e, clockid_t clock);

}  // namespace heddle::runtime
