// How an execution ended when not all of its threads have finished, and whether it did.
//
// A thread that only repeats itself is left where it is (recorder::spin): what its next round could
// do, this one could have done. If the loop writes and takes back what it writes, its last round is
// in the graph, and means nothing to whoever reads the values that the round began with: the
// execution without it is the same. Whoever has seen a value in between may tell one round from
// two; then the thread goes round again.
#include <algorithm>
#include <vector>

#include "model/explore/graph_recorder.hpp"
#include "model/memory_model/memory_model.hpp"

namespace heddle {
using state = thread_progress::state;

bool graph_recorder::reads_latest(event_id id) const {
  const event& e = graph()[id];
  return !e.is_read() || e.reads_from == graph().coherence_latest(e.location);
}

/// Whether the event is of the last round of a loop that undoes its writes.
bool graph_recorder::in_undone_round(const event& e) const {
  if (e.thread >= threads_.size()) return false;
  const thread_progress& thread = threads_[e.thread];
  return thread.now == state::spinning && thread.undoes_writes && e.index >= thread.first_spin_read;
}

/// Whether the write holds another value than the round leaves behind.
bool graph_recorder::is_transient(const event& write) const {
  if (!write.is_write() || !in_undone_round(write)) return false;
  const auto events = graph().thread_events(write.thread);
  for (std::size_t i = events.size(); i-- > write.index + 1u;) {
    const event& later = graph()[events[i]];
    if (later.is_write() && later.location == write.location) return !(later.val == write.val);
  }
  return false;
}

/// Whether a loop that read this would read the same in its next round: what came after its source
/// are rounds that undo themselves.
bool graph_recorder::reads_the_same(event_id id) const {
  const event& e = graph()[id];
  if (!e.is_read()) return true;
  const auto order = graph().coherence_order(e.location);
  std::size_t next = 0;
  if (e.reads_from != initial_write) next = graph()[e.reads_from].coherence_position + 1u;
  for (; next < order.size(); ++next) {
    if (!in_undone_round(graph()[order[next]])) return false;
  }
  return true;
}

/// Whether the read, which does not wait, could see what another thread's round holds meanwhile.
bool graph_recorder::may_see_a_round(event_id id) const {
  const event& e = graph()[id];
  if (!e.is_read()) return false;
  if (e.detail != 0 && graph().operation_of(e).wait != wait_condition::none) return false;
  for (const event_id w : graph().coherence_order(e.location)) {
    if (graph()[w].thread != e.thread && is_transient(graph()[w])) return true;
  }
  return false;
}

bool graph_recorder::spins_for_ever(thread_id t) const {
  const thread_progress& thread = threads_[t];
  const auto events = graph().thread_events(t);
  std::uint32_t first = thread.first_spin_read;
  if (!thread.undoes_writes) {
    while (first > 0 && first == events.size() && !graph()[events[first - 1]].is_read()) --first;
    if (first == events.size() && first > 0) --first;
  }
  for (; first < events.size(); ++first) {
    if (!thread.undoes_writes && !reads_latest(events[first])) return false;
    if (!reads_the_same(events[first]) || may_see_a_round(events[first])) return false;
  }
  return true;
}

/// Whether the read, which saw what a round took back, could as well have seen the same value
/// elsewhere; then it does so from now on. It must not synchronise.
bool graph_recorder::reads_elsewhere(event_id id) {
  event& e = g()[id];
  const event_id before = e.reads_from;
  const auto order = graph().coherence_order(e.location);
  const std::uint32_t floor =
      coherence_floor(graph(), options_.model, e.location, e.thread, e.index);
  for (std::uint32_t i = graph()[before].coherence_position; i > 0 && i >= floor; --i) {
    const event& other = graph()[order[i - 1]];
    if (!(other.val == e.val) || in_undone_round(other)) continue;
    e.reads_from = order[i - 1];
    if (options_.model != memory_model::sc || is_sequentially_consistent(graph())) return true;
  }
  e.reads_from = before;
  return false;
}

/// Whether the last round of the thread, which spins, was seen by another one that has gone on
/// since, and could have been by no other means: without it the execution would be another.
bool graph_recorder::round_matters(thread_id t) {
  // A relaxed read has a part in the order of seq_cst operations only by way of fences.
  bool movable = true;
  std::vector<event_id> seers;
  for (event_id id = 0; id < graph().size(); ++id) {
    const event& e = graph()[id];
    if (e.kind == event_kind::fence && e.order == memory_order::seq_cst) movable = false;
    if (!e.is_read() || e.thread == t || e.reads_from == initial_write) continue;
    if (in_undone_round(e) || threads_[e.thread].blocked_read == id) continue;
    const event& source = graph()[e.reads_from];
    if (source.thread == t && is_transient(source)) seers.push_back(id);
  }
  std::vector<event_id> sources;
  for (const event_id id : seers) sources.push_back(graph()[id].reads_from);
  const bool matters = !std::ranges::all_of(seers, [&](event_id id) {
    return movable && graph()[id].order == memory_order::relaxed && reads_elsewhere(id);
  });
  for (std::size_t i = 0; i < seers.size(); ++i) g()[seers[i]].reads_from = sources[i];
  return matters;
}

ending graph_recorder::end_execution() {
  if (stopped_) return stop_reason_;
  bool all_finished = true;
  bool stuck = true;
  for (thread_id t = 0; t < threads_.size(); ++t) {
    const thread_progress& thread = threads_[t];
    if (thread.now == state::absent || thread.now == state::finished) continue;
    all_finished = false;
    if (thread.now == state::running) return ending::abandoned;
    if (thread.now == state::blocked) stuck = stuck && reads_latest(thread.blocked_read);
    if (thread.now == state::spinning) stuck = stuck && spins_for_ever(t);
  }
  if (all_finished) return ending::complete;
  return stuck ? ending::deadlock : ending::blocked;
}

}  // namespace heddle
