// The uniform random walk: before each operation, each thread that can go on is as likely as any
// other. The yardstick for the others.
//
// Probability: a schedule in which s_i threads could go on before operation i has the probability
// Π 1/s_i, so one of k operations of n threads at least n^-k. A bug that needs one thread to be
// slower than all the others by m operations is found with a probability that falls exponentially
// with m: the reason for pct and pos.
#pragma once

#include "model/explore/scheduler.hpp"

namespace heddle {

class random_walk final : public scheduler {
 public:
  void begin(random_source&, std::uint64_t, std::uint64_t) override {}
  thread_id choose(random_source& random, std::span<const pending_operation> pending) override {
    return pending[random.below(pending.size())].thread;
  }
  void performed(random_source&, const performed_operation&,
                 std::span<const pending_operation>) override {}
};

}  // namespace heddle
