// Lamport's sequential consistency as a graph axiom: acyclic(po ∪ rf ∪ co ∪ fr). Immediate edges
// suffice: po and co to the successor, fr to the write after the source; create and join are po.
#include "model/memory_model/memory_model.hpp"

namespace heddle {
namespace {

template <typename Visit>
void successors(const execution_graph& graph, event_id id, const Visit& visit) {
  const event& e = graph[id];
  const auto thread = graph.thread_events(e.thread);
  if (e.index + 1 < thread.size()) visit(thread[e.index + 1]);
  switch (e.kind) {
    case event_kind::create: {
      const auto created = graph.thread_events(static_cast<thread_id>(e.val.low));
      if (!created.empty()) visit(created.front());
      break;
    }
    case event_kind::finish:
      for (thread_id t = 0; t < graph.threads(); ++t) {
        for (const event_id other : graph.thread_events(t)) {
          const event& join = graph[other];
          if (join.kind == event_kind::join && join.val.low == e.thread) visit(other);
        }
      }
      break;
    case event_kind::read:
    case event_kind::write: {
      const auto order = graph.coherence_order(e.location);
      std::uint32_t next = e.coherence_position + 1;
      if (e.is_read()) {
        next = e.reads_from == initial_write ? 0 : graph[e.reads_from].coherence_position + 1;
      }
      // A read-modify-write's own write follows its read in fr, too; that is po anyway.
      if (next < order.size()) visit(order[next]);
      if (e.is_read()) break;
      for (thread_id t = 0; t < graph.threads(); ++t) {
        event_id r = graph.last_access(e.location, t);
        for (; r != no_event; r = graph[r].previous_access) {
          if (graph[r].is_read() && graph[r].reads_from == id) visit(r);
        }
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace

bool consistency::sequentially_consistent(const execution_graph& graph, event_id from) {
  seen_.assign(graph.size(), 0);
  pending_.assign(1, from);
  while (!pending_.empty()) {
    const event_id id = pending_.back();
    pending_.pop_back();
    bool cycle = false;
    successors(graph, id, [&](event_id next) {
      if (next == from) cycle = true;
      if (seen_[next]) return;
      seen_[next] = 1;
      pending_.push_back(next);
    });
    if (cycle) return false;
  }
  return true;
}

bool is_sequentially_consistent(const execution_graph& graph) {
  // Kahn: remove events without predecessors until none is left or a cycle is.
  std::vector<std::uint32_t> predecessors(graph.size(), 0);
  for (event_id id = 0; id < graph.size(); ++id) {
    successors(graph, id, [&](event_id next) { ++predecessors[next]; });
  }
  std::vector<event_id> ready;
  for (event_id id = 0; id < graph.size(); ++id) {
    if (predecessors[id] == 0) ready.push_back(id);
  }
  std::size_t removed = 0;
  while (!ready.empty()) {
    const event_id id = ready.back();
    ready.pop_back();
    ++removed;
    successors(graph, id, [&](event_id next) {
      if (--predecessors[next] == 0) ready.push_back(next);
    });
  }
  return removed == graph.size();
}

}  // namespace heddle
