#include "model/explore/follower.hpp"

namespace heddle {

void follower::begin_execution() {
  graph_.clear();
  segment_ = 0;
  left_in_segment_ = execution_.schedule.empty() ? 0 : execution_.schedule[0].operations;
  next_deviation_ = 0;
  operation_ = 0;
  begin(graph_);
}

void follower::performs(thread_id) {
  ++operation_;
  if (followed_to_the_end()) return;
  if (--left_in_segment_ > 0) return;
  if (++segment_ < execution_.schedule.size()) {
    left_in_segment_ = execution_.schedule[segment_].operations;
  }
}

bool follower::may_extend(thread_id thread, const operation&) {
  return followed_to_the_end() || execution_.schedule[segment_].thread == thread;
}

thread_id follower::next_to_extend() {
  if (followed_to_the_end()) return graph_recorder::next_to_extend();
  const thread_id next = execution_.schedule[segment_].thread;
  if (next < threads_.size()) {
    thread_progress& thread = threads_[next];
    if (can_go_round(thread)) thread.now = thread_progress::state::running;
    if (can_extend(thread)) return running_ = next;
  }
  diverge(running_, "to another operation");
  return no_thread;
}

std::uint32_t follower::distance() {
  if (next_deviation_ == execution_.deviations.size()) return 0;
  const auto& next = execution_.deviations[next_deviation_];
  if (next.operation != operation_) return 0;
  ++next_deviation_;
  return next.distance;
}

event_id follower::choose_source(event_id read, std::span<const event_id> sources) {
  const auto order = g().coherence_order(g()[read].location);
  const std::uint32_t away = distance();
  if (away > order.size()) return sources.back();
  const event_id wanted = away == order.size() ? initial_write : order[order.size() - 1 - away];
  for (const event_id source : sources) {
    if (source == wanted) return source;
  }
  diverge(running_, "to a read that cannot see what it saw");
  return sources.back();
}

std::uint32_t follower::choose_place(event_id w, std::uint32_t floor) {
  const auto order = g().coherence_order(g()[w].location);
  const std::uint32_t away = distance();
  if (away <= order.size() && order.size() - away >= floor) {
    return static_cast<std::uint32_t>(order.size() - away);
  }
  diverge(running_, "to a write that cannot go where it went");
  return static_cast<std::uint32_t>(order.size());
}

std::uint64_t follower::choose_alternative(event_id, std::uint64_t alternatives) {
  const std::uint32_t away = distance();
  return away < alternatives ? away : 0;
}

}  // namespace heddle
