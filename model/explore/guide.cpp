#include "model/explore/guide.hpp"

#include <algorithm>

namespace heddle {

guide::guide(const search_options& options, plan execution, keep_sources keep)
    : graph_recorder(options),
      consistent_(options.model),
      plan_(std::move(execution)),
      keep_(keep) {
  for (const planned_operation& entry : plan_) {
    if (entry.thread >= of_.size()) of_.resize(entry.thread + std::size_t{1});
    of_[entry.thread].push_back(&entry);
  }
}

guide::~guide() = default;

void guide::begin_execution() {
  graph_.clear();
  at_ = 0;
  performed_.clear();
  begin(graph_);
}

/// What the plan says about the next operation of the thread.
const planned_operation* guide::planned(thread_id thread) const {
  const std::size_t number = thread < performed_.size() ? performed_[thread].size() : 0;
  if (thread >= of_.size() || number >= of_[thread].size()) return nullptr;
  return of_[thread][number];
}

/// The write that the plan means; no_event if it has not happened.
event_id guide::source_of(const planned_operation& entry) const {
  if (entry.source_thread == no_thread) return initial_write;
  if (entry.source_thread >= performed_.size()) return no_event;
  const auto& events = performed_[entry.source_thread];
  return entry.source < events.size() ? events[entry.source] : no_event;
}

// ---- who comes next

/// Passes over those that cannot go on; no_thread behind the end of the plan.
thread_id guide::whose_turn() {
  for (; at_ < plan_.size(); ++at_) {
    const thread_id t = plan_[at_].thread;
    if (t < threads_.size() && (can_extend(threads_[t]) || can_go_round(threads_[t]))) return t;
  }
  return no_thread;
}

bool guide::may_extend(thread_id thread, const operation&) {
  if (!can_extend(threads_[thread])) return true;  // it waits, and has been told to add its read
  const thread_id next = whose_turn();
  return next == no_thread || next == thread;
}

thread_id guide::next_to_extend() {
  const thread_id next = whose_turn();
  if (next == no_thread) return graph_recorder::next_to_extend();
  if (can_go_round(threads_[next])) threads_[next].now = thread_progress::state::running;
  return running_ = next;
}

void guide::performs(thread_id thread) {
  if (thread >= performed_.size()) performed_.resize(thread + std::size_t{1});
  performed_[thread].push_back(g().thread_events(thread).back());
  if (at_ < plan_.size() && plan_[at_].thread == thread) ++at_;
}

// ---- what it sees

event_id guide::choose_source(event_id read, std::span<const event_id> sources) {
  const planned_operation* const entry = planned(g()[read].thread);
  if (!is_told(entry) || entry->kind != event_kind::read) return sources.back();
  const event_id wanted = source_of(*entry);
  const bool offered = std::find(sources.begin(), sources.end(), wanted) != sources.end();
  return offered && can_read(read, wanted, consistent_) ? wanted : sources.back();
}

std::uint32_t guide::choose_place(event_id w, std::uint32_t floor) {
  const planned_operation* const entry = planned(g()[w].thread);
  const auto order = g().coherence_order(g()[w].location);
  const auto last = static_cast<std::uint32_t>(order.size());
  if (!is_told(entry) || entry->kind != event_kind::write) return last;
  const event_id before = source_of(*entry);
  if (before == no_event) return last;
  std::uint32_t place = 0;
  if (before != initial_write) {
    if (!g()[before].is_write() || g()[before].location != g()[w].location) return last;
    place = g()[before].coherence_position + 1;
  }
  // Never between a read-modify-write and the write that it reads.
  if (place < floor || place >= last || g()[order[place]].exclusive()) return last;
  g().place(w, place);
  compute_clocks(g(), w);
  return consistent_(g(), no_event, w) ? place : last;
}

std::uint64_t guide::choose_alternative(event_id choice, std::uint64_t alternatives) {
  const planned_operation* const entry = planned(g()[choice].thread);
  if (entry == nullptr || entry->kind != event_kind::choice) return 0;
  return entry->source < alternatives ? entry->source : 0;
}

}  // namespace heddle
