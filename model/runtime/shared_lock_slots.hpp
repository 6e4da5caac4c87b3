// How many threads may hold each shared lock: learnt, as the executions show it, and kept.
// A lock that nobody has shared yet has one slot.
#pragma once

#include <cstdint>
#include <vector>

#include "model/program/operation.hpp"

namespace heddle::runtime {

class shared_lock_slots {
 public:
  std::uint32_t of(location_id lock) const {
    return lock < slots_.size() && slots_[lock] != 0 ? slots_[lock] : 1;
  }

  /// The thread shares the lock. True: that is new, and what was explored without it is not valid.
  bool learn(location_id lock, thread_id thread) {
    if (thread < of(lock)) return false;
    if (lock >= slots_.size()) slots_.resize(lock + 1u);
    slots_[lock] = thread + 1u;
    return true;
  }

 private:
  std::vector<std::uint32_t> slots_;  // by location
};

}  // namespace heddle::runtime
