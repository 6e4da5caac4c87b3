// What the checks of the global lock share.
#pragma once

#include <chrono>
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>

namespace contracts {

// A lock that is handed over as soon as anybody waits: fewer executions than with a time limit, of
// which each wait has two outcomes.
struct eager_lock : heddle::global_lock {
  explicit eager_lock(startup when = startup::running)
      : global_lock(when, std::chrono::nanoseconds(0)) {}
};

// A lock that is never handed over: who waits must be told whenever it is free, since no time limit
// ends the wait.
struct patient_lock : heddle::global_lock {
  explicit patient_lock(startup when = startup::running)
      : global_lock(when, std::chrono::hours(150L * 365 * 24)) {}
};

}  // namespace contracts
