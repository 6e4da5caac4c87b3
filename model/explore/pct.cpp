#include "model/explore/pct.hpp"

namespace heddle {

void pct::begin(random_source& random, std::uint64_t, std::uint64_t longest) {
  priorities_.clear();
  performed_ = 0;
  const std::uint64_t length = longest == 0 ? first_length : longest;
  for (std::uint64_t& point : change_points_) point = 1 + random.below(length);
}

std::uint64_t& pct::priority_of(random_source& random, thread_id thread) {
  if (thread >= priorities_.size()) priorities_.resize(thread + 1u, unknown);
  // The highest bit keeps it above what the change points give.
  if (priorities_[thread] == unknown) priorities_[thread] = random.next() | std::uint64_t{1} << 63;
  return priorities_[thread];
}

thread_id pct::choose(random_source& random, std::span<const pending_operation> pending) {
  thread_id best = pending.front().thread;
  for (const pending_operation& next : pending) {
    if (priority_of(random, next.thread) > priority_of(random, best)) best = next.thread;
  }
  return best;
}

void pct::performed(random_source& random, const performed_operation& done,
                    std::span<const pending_operation>) {
  ++performed_;
  for (std::size_t i = 0; i < change_points_.size(); ++i) {
    if (change_points_[i] == performed_) priority_of(random, done.thread) = i + 1;
  }
}

}  // namespace heddle
