#include "model/explore/surw.hpp"

#include <algorithm>

namespace heddle {

void surw::begin(random_source& random, std::uint64_t number, std::uint64_t) {
  const bool again = number_ == number;
  estimate_.begin_execution(number_ != no_number && !again);
  number_ = number;
  chosen_ = no_thread;
  created_ = 0;
  walk_ = estimate_.executions() == 0;
  if (again) {
    random = drawn_;
  } else {
    const auto& shared = estimate_.shared();
    const std::size_t which = random.below(shared.size() + 1);
    location_ = which < shared.size() ? shared[which] : no_location;
    drawn_ = random;
  }
  estimate_.look_at(location_);
}

std::uint64_t surw::weight(const pending_operation& op) const {
  const std::uint64_t left = estimate_.left(op.thread);
  return left == 0 && is_interesting(op) ? 1 : left;
}

/// Who performs the next interesting operation; no_thread: nobody is expected to.
thread_id surw::draw(random_source& random, std::span<const pending_operation> pending) const {
  std::uint64_t total = 0;
  for (const pending_operation& op : pending) total += weight(op);
  if (total == 0) return no_thread;
  std::uint64_t at = random.below(total);
  for (const pending_operation& op : pending) {
    const std::uint64_t w = weight(op);
    if (at < w) return op.thread;
    at -= w;
  }
  return no_thread;
}

thread_id surw::choose(random_source& random, std::span<const pending_operation> pending) {
  if (walk_) return pending[random.below(pending.size())].thread;
  if (chosen_ == no_thread) chosen_ = draw(random, pending);
  free_.clear();
  for (const pending_operation& op : pending) {
    if (op.thread == chosen_ || !is_interesting(op)) free_.push_back(op.thread);
  }
  if (!free_.empty()) return free_[random.below(free_.size())];
  return chosen_ = draw(random, pending);
}

void surw::performed(random_source& random, const performed_operation& done,
                     std::span<const pending_operation>) {
  const std::uint64_t left_before = estimate_.left(done.thread);
  estimate_.performed(done);
  const bool creates = done.kind == operation_kind::create_thread;
  if (creates) ++created_;
  if (done.thread != chosen_) return;
  if (is_interesting(done) || done.kind == operation_kind::finish_thread) {
    chosen_ = no_thread;
  } else if (creates && left_before > 0 && random.below(left_before) < estimate_.brings(created_)) {
    chosen_ = created_;
  } else if (estimate_.left(chosen_) == 0) {
    chosen_ = no_thread;  // it was expected to come to one, and has not
  }
}

}  // namespace heddle
