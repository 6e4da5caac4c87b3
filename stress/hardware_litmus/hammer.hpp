// Runs a litmus test on the real processor, again and again, and counts the outcomes.
//
// Rounds come in batches, each round with an instance of memory of its own. Batches alternate
// between two ways of letting the threads meet, since each shows outcomes that the other does not:
//   in step  the threads meet at a spin barrier before each round, and go on after a random few
//            nanoseconds; where there are at least as many cores as threads
//   adrift   they meet before the batch only and run through its rounds at their own pace, from a
//            random place on: this also lets more threads than cores overlap, where the operating
//            system switches between them
// Threads are pinned to cores, in another order every few batches.
#pragma once

#include <cstdint>
#include <vector>

#include "stress/hardware_litmus/outcomes.hpp"
#include "stress/hardware_litmus/program.hpp"

namespace heddle::hardware_litmus {

struct hammer_options {
  double seconds = 1;
  std::uint64_t rounds = UINT64_MAX;  // stop after so many; whole batches are run
  std::uint64_t seed = 1;             // of the delays
  std::vector<int> cores;             // to pin to; empty: not pinned
};

/// The cores that this process may use.
std::vector<int> usable_cores();

/// At least one batch. Throws std::system_error if threads cannot be started.
histogram hammer(const native_program& program, const hammer_options& options);

}  // namespace heddle::hardware_litmus
