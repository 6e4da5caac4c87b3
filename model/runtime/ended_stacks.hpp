// Whose stacks are gone in this execution: for the question, asked at many accesses, whether one
// touches such a stack. Only the first 64 threads are watched.
#pragma once

#include <cstdint>

#include "model/program/operation.hpp"
#include "model/runtime/stack_pool.hpp"

namespace heddle::runtime {

struct ended_stacks {
  std::uint64_t threads = 0;  // that have finished, a bit each
  std::uintptr_t stride = 0;  // from one stack to the next

  void note_end(thread_id t) {
    if (t < 64) threads |= std::uint64_t{1} << t;
  }
  bool has(thread_id t) const { return t < 64 && (threads >> t & 1) != 0; }
  /// Whether the address lies on the stack of a thread that has finished.
  bool contains(std::uintptr_t address) const {
    if (threads == 0 || !is_on_stacks(address)) return false;
    const std::uintptr_t slot = (address - stack_pool::default_base) / stride;
    return slot < 64 && has(static_cast<thread_id>(slot));
  }
};

extern constinit ended_stacks stacks_gone;

}  // namespace heddle::runtime
