// What the checks of the global lock share.
#pragma once

#include <chrono>
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <heddle/safepoint_domain.hpp>
#include <mutex>
#include <thread>

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

// The stopper locks a mutex that a thread took, and holds while it is parked at a safepoint: for
// ever.
inline void stopper_locks_what_a_parked_thread_holds() {
  heddle::safepoint_domain domain;
  std::mutex mutex;
  std::thread other([&] {
    heddle::safepoint_domain::attach_guard guard(domain);
    std::lock_guard held(mutex);
    domain.poll(guard.token());
  });
  {
    heddle::safepoint_domain::attach_guard guard(domain);
    auto stopped = domain.stop_the_world(guard.token());
    std::lock_guard held(mutex);
  }
  other.join();
}

}  // namespace contracts
