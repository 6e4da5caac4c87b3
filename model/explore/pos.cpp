#include "model/explore/pos.hpp"

namespace heddle {

std::uint64_t& pos::priority_of(random_source& random, thread_id thread) {
  if (thread >= priorities_.size()) priorities_.resize(thread + 1u, unknown);
  if (priorities_[thread] == unknown) priorities_[thread] = random.next() | 1;
  return priorities_[thread];
}

thread_id pos::choose(random_source& random, std::span<const pending_operation> pending) {
  thread_id best = pending.front().thread;
  for (const pending_operation& next : pending) {
    if (priority_of(random, next.thread) > priority_of(random, best)) best = next.thread;
  }
  return best;
}

void pos::performed(random_source& random, const performed_operation& done,
                    std::span<const pending_operation> pending) {
  priority_of(random, done.thread) = unknown;  // its next operation draws anew
  for (const pending_operation& other : pending) {
    if (other.conflicts_with(done)) priority_of(random, other.thread) = unknown;
  }
}

}  // namespace heddle
