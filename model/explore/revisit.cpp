// Backward revisits: a new write w also explores the graphs in which an earlier read r reads it.
// What was added after r and is not in the porf-prefix of w is deleted; the revisit is made from
// the one graph in which all of that, and r, was added maximally, so that no graph is made twice
// (TruSt, section 4; the stamps of the paper are our event ids).
#include <algorithm>

#include "model/explore/exhaustive.hpp"

namespace heddle {

/// The co-maximal write of e's location among the events up to e and the porf-prefix of w.
event_id exhaustive::coherence_latest_among_kept(event_id e, event_id w) const {
  const auto order = graph().coherence_order(graph()[e].location);
  for (std::size_t i = order.size(); i-- > 0;) {
    const event_id x = order[i];
    if (x != w && (x <= e || graph().in_porf_prefix(graph()[x], graph()[w]))) return x;
  }
  return initial_write;
}

bool exhaustive::added_maximally(event_id id, event_id w) const {
  const event& e = graph()[id];
  switch (e.kind) {
    case event_kind::choice:
      return e.val.low == 0;
    case event_kind::write:
      return e.maximal() && coherence_latest_among_kept(id, w) == id;
    case event_kind::read:
      return e.maximal() && e.reads_from == coherence_latest_among_kept(id, w);
    default:
      return true;
  }
}

void exhaustive::collect_revisitable(event_id w) {
  const execution_graph& graph = g();
  const event& write = graph[w];
  candidates_.clear();
  for (thread_id t = 0; t < graph.threads(); ++t) {
    if (t == write.thread) continue;
    event_id id = graph.last_access(write.location, t);
    for (; id != no_event; id = graph[id].previous_access) {
      if (graph.in_porf_prefix(graph[id], write)) break;
      if (graph[id].is_read() && graph[id].revisitable()) candidates_.push_back(id);
    }
  }
  std::sort(candidates_.begin(), candidates_.end(), std::greater<>());
  if (!conflicts(w)) return;
  // Only a revisit that deletes the other read-modify-write, or changes what it reads, leads to a
  // consistent graph.
  const event_id other = graph.coherence_order(write.location)[write.coherence_position + 1];
  std::erase_if(candidates_, [&](event_id r) { return r > other; });
}

/// A wait is revisited by a write that lets it go on, or that would be the co-maximal write of the
/// restricted graph, where the thread would then wait for ever.
bool exhaustive::condition_allows_revisit(event_id r, event_id w) const {
  const event& read = graph()[r];
  if (read.detail == 0) return true;
  const operation& op = graph().operation_of(read);
  if (op.wait == wait_condition::none || is_lock(op)) return true;
  if (satisfies(op.wait, graph()[w].val, op.wait_operand)) return true;
  const auto order = graph().coherence_order(read.location);
  for (std::size_t i = graph()[w].coherence_position + 1u; i < order.size(); ++i) {
    if (order[i] <= r || graph().in_porf_prefix(graph()[order[i]], graph()[w])) return false;
  }
  return true;
}

void exhaustive::file_revisits(event_id w) {
  collect_revisitable(w);
  execution_graph& graph = g();
  const location_id location = graph[w].location;
  // Going back from w: [deleted_from, w) is known to have been added maximally.
  event_id deleted_from = w;
  const auto order = graph.coherence_order(location);
  const std::uint32_t position = graph[w].coherence_position;
  for (const event_id r : candidates_) {
    while (deleted_from > r) {
      const event_id e = deleted_from - 1;
      if (!graph.in_porf_prefix(graph[e], graph[w]) && !added_maximally(e, w)) return;
      deleted_from = e;
    }
    if (!condition_allows_revisit(r, w)) continue;
    if (coherence_floor(graph, options_.model, location, graph[r].thread, graph[r].index) >
        position + 1) {
      continue;  // r has seen a write that is co-after w
    }
    if (!graph[w].exclusive() && position + 1 < order.size()) {
      // w's place is chosen already (TruSt chooses it after the deletion): of the places that
      // become one by the deletion only the last may revisit.
      const event_id next = order[position + 1];
      if (next > r && !graph.in_porf_prefix(graph[next], graph[w])) continue;
    }
    file({work_item::kind::backward, r, w, 0});
  }
}

}  // namespace heddle
