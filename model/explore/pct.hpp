// PCT, probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte: A randomized
// scheduler with probabilistic guarantees of finding bugs, ASPLOS 2010).
//
// Every thread gets a random priority when it is first seen, and the highest that can go on runs.
// At d - 1 operations, drawn uniformly from the k of an execution, the thread that has performed
// the operation falls below all others, to a place of its own.
//
// Probability: a bug of depth d is one that every schedule shows in which d given pairs of
// operations come in a given order. An execution finds it with a probability of at least
// 1 / (n · k^(d-1)) for n threads and k operations (their theorem 9): with 1/n the thread that must
// be last has the lowest priority, and with 1/k each the change points are the right ones.
// k is estimated: the number of operations of the longest execution so far (first_length for the
// first). The bound holds for the executions in which reads see the newest write; see
// random_search.hpp for how many these are.
#pragma once

#include <cstddef>
#include <vector>

#include "model/explore/scheduler.hpp"

namespace heddle {

class pct final : public scheduler {
 public:
  /// `depth` from 1: with so many ordering constraints less one is there a change point.
  explicit pct(unsigned depth) : change_points_(depth - 1) {}

  void begin(random_source& random, std::uint64_t number, std::uint64_t longest) override;
  thread_id choose(random_source& random, std::span<const pending_operation> pending) override;
  void performed(random_source& random, const performed_operation& done,
                 std::span<const pending_operation> pending) override;

 private:
  static constexpr std::uint64_t first_length = 100;
  static constexpr std::uint64_t unknown = 0;

  std::uint64_t& priority_of(random_source& random, thread_id thread);

  std::vector<std::uint64_t> change_points_;  // numbers of operations, from 1
  std::vector<std::uint64_t> priorities_;     // by thread
  std::uint64_t performed_ = 0;
};

}  // namespace heddle
