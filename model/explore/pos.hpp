// POS, partial order sampling (Yuan, Yang, Gu: Partial order aware concurrency sampling, CAV 2018).
//
// Every operation that is about to happen has a random priority, and the highest happens. Those
// that conflict with it (the same object, and one of the two may write) draw again: so each pair of
// conflicting operations is ordered by a draw of its own, and operations that do not conflict do
// not bias it, as they do in a random walk.
//
// Probability: for a partial order given by r conflicting pairs, of n threads, each pair is decided
// in the wanted way if the operations that must wait draw less than the one that must come first:
// at least 1/n for each of the pairs (their theorem 2 has the sharper form), whatever the number of
// other operations in between is, as long as these do not conflict with the pairs'.
#pragma once

#include <vector>

#include "model/explore/scheduler.hpp"

namespace heddle {

class pos final : public scheduler {
 public:
  void begin(random_source&, std::uint64_t, std::uint64_t) override { priorities_.clear(); }
  thread_id choose(random_source& random, std::span<const pending_operation> pending) override;
  void performed(random_source& random, const performed_operation& done,
                 std::span<const pending_operation> pending) override;

 private:
  static constexpr std::uint64_t unknown = 0;

  std::uint64_t& priority_of(random_source& random, thread_id thread);

  std::vector<std::uint64_t> priorities_;  // by thread: of its next operation
};

}  // namespace heddle
