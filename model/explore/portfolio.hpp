// All random schedulers in turns: no bug that one of them finds soon is left to those that do not.
// Execution i goes to scheduler i mod 5: random_walk, pct, pos, surw, rff. Each learns from its own
// executions only, so what it does in them depends on the seed and their numbers alone.
//
// Probability: what one of them promises about an execution holds for every fifth; so the first
// find comes after at most five times as many executions as the best of them would need.
#pragma once

#include <cstddef>

#include "model/explore/pct.hpp"
#include "model/explore/pos.hpp"
#include "model/explore/random_walk.hpp"
#include "model/explore/rff.hpp"
#include "model/explore/scheduler.hpp"
#include "model/explore/surw.hpp"

namespace heddle {

class portfolio final : public scheduler {
 public:
  /// `depth` from 1, for pct.
  explicit portfolio(unsigned depth) : pct_(depth) {}

  void begin(random_source& random, std::uint64_t number, std::uint64_t longest) override {
    now_ = all_[number % std::size(all_)];
    now_->begin(random, number, longest);
  }
  void with_old_writes(bool may_be_seen) override { now_->with_old_writes(may_be_seen); }
  event_id wanted_source(const pending_operation& read,
                         std::span<const event_id> sources) override {
    return now_->wanted_source(read, sources);
  }
  thread_id choose(random_source& random, std::span<const pending_operation> pending) override {
    return now_->choose(random, pending);
  }
  void performed(random_source& random, const performed_operation& done,
                 std::span<const pending_operation> pending) override {
    now_->performed(random, done, pending);
  }

 private:
  random_walk walk_;
  pct pct_;
  pos pos_;
  surw surw_;
  rff rff_;
  scheduler* const all_[5] = {&walk_, &pct_, &pos_, &surw_, &rff_};
  scheduler* now_ = &walk_;
};

}  // namespace heddle
