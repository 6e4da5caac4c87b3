#include "model/memory_model/seq_cst_order.hpp"

namespace heddle {
namespace {

std::uint32_t key(const execution_graph& graph, const event& e) {
  if (e.is_write()) return 2 * (e.coherence_position + 1);
  if (e.reads_from == initial_write) return 1;
  return 2 * (graph[e.reads_from].coherence_position + 1) + 1;
}

/// a is the read, b the write of one read-modify-write: one operation, not ordered before itself.
bool halves_of_one(const event& a, const event& b) {
  return a.exclusive() && b.exclusive() && a.thread == b.thread && b.index == a.index + 1 &&
         a.is_read();
}

bool coherence_ordered_before(const execution_graph& graph, const event& a, const event& b) {
  return a.location == b.location && key(graph, a) < key(graph, b) && !halves_of_one(a, b);
}

template <typename Visit>
void accesses(const execution_graph& graph, location_id location, const Visit& visit) {
  for (thread_id t = 0; t < graph.threads(); ++t) {
    event_id id = graph.last_access(location, t);
    for (; id != no_event; id = graph[id].previous_access) visit(graph[id]);
  }
}

bool is_fence(const execution_graph& graph, event_id id) {
  return graph[id].kind == event_kind::fence;
}

}  // namespace

void seq_cst_order::collect(const execution_graph& graph) {
  nodes_.clear();
  begin_.clear();
  fences_ = false;
  for (thread_id t = 0; t < graph.threads(); ++t) {
    begin_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    for (const event_id id : graph.thread_events(t)) {
      const event& e = graph[id];
      if (e.order != memory_order::seq_cst) continue;
      if (e.kind == event_kind::fence) {
        fences_ = true;
      } else if (e.is_write() && e.exclusive()) {
        nodes_.back().last = id;
        continue;
      } else if (!e.is_read() && !e.is_write()) {
        continue;
      }
      nodes_.push_back({id, id, static_cast<std::uint32_t>(nodes_.size()) - begin_.back()});
    }
  }
  begin_.push_back(static_cast<std::uint32_t>(nodes_.size()));
}

std::uint32_t seq_cst_order::node_of(const execution_graph& graph, event_id id) const {
  const thread_id t = graph[id].thread;
  for (std::uint32_t n = begin_[t]; n < begin_[t + 1u]; ++n) {
    if (nodes_[n].first == id || nodes_[n].last == id) return n;
  }
  return static_cast<std::uint32_t>(nodes_.size());
}

bool seq_cst_order::exists(const execution_graph& graph, event_id changed_read,
                           event_id changed_write) {
  collect(graph);
  if (nodes_.size() < 2) return true;
  if (fences_) {
    // A change of any access may order two fences: look at all nodes.
    for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
      if (on_cycle(graph, n)) return false;
    }
    return true;
  }
  // Without fences every new constraint has the changed operation at one end.
  for (const event_id changed : {changed_read, changed_write}) {
    if (changed == no_event || graph[changed].order != memory_order::seq_cst) continue;
    const std::uint32_t n = node_of(graph, changed);
    if (n < nodes_.size() && on_cycle(graph, n)) return false;
  }
  return true;
}

bool seq_cst_order::on_cycle(const execution_graph& graph, std::uint32_t start) {
  const node& origin = nodes_[start];
  const thread_id home = graph[origin.first].thread;
  reached_.clear();
  for (thread_id t = 0; t < graph.threads(); ++t) {
    reached_.push_back(begin_[t + 1u] - begin_[t]);
  }
  // The nodes after a reached one in its thread are reached, too; `reached_` keeps the first. Not
  // those after the start: a changed operation has none, and of a cycle with fences, where all are
  // tried, some node is left by another edge than program order.
  pending_.assign(1, start);
  while (!pending_.empty()) {
    const node from = nodes_[pending_.back()];
    pending_.pop_back();
    reach_by_happens_before(graph, from);
    reach_by_coherence(graph, from);
    if (fences_) reach_by_fences(graph, from);
    if (reached_[home] <= origin.place) return true;
  }
  return false;
}

void seq_cst_order::reach(thread_id thread, std::uint32_t place) {
  while (reached_[thread] > place) {
    --reached_[thread];
    pending_.push_back(begin_[thread] + reached_[thread]);
  }
}

void seq_cst_order::reach_by_happens_before(const execution_graph& graph, const node& from) {
  const event& a = graph[from.last];
  for (thread_id t = 0; t < graph.threads(); ++t) {
    if (t == a.thread) continue;
    for (std::uint32_t place = 0; place < reached_[t]; ++place) {
      const event& b = graph[nodes_[begin_[t] + place].first];
      const event_id before = b.index > 0 ? graph.thread_events(t)[b.index - 1] : graph.creation(t);
      if (before == no_event) continue;
      const event& p = graph[before];
      const bool ordered = p.thread == a.thread
                               ? p.index > a.index
                               : graph.clocks().at(p.happens_before, a.thread) > a.index + 1;
      if (!ordered) continue;
      reach(t, place);
      break;
    }
  }
}

void seq_cst_order::reach_by_coherence(const execution_graph& graph, const node& from) {
  const event& a = graph[from.first];
  if (a.kind == event_kind::fence) return;
  const std::uint32_t least = key(graph, a);
  accesses(graph, a.location, [&](const event& b) {
    if (b.order != memory_order::seq_cst || key(graph, b) <= least) return;
    const event_id id = graph.id_of(b);
    if (id == from.last || id == from.first) return;
    const std::uint32_t n = node_of(graph, id);
    reach(b.thread, nodes_[n].place);
  });
}

void seq_cst_order::reach_by_fences(const execution_graph& graph, const node& from) {
  // The accesses that stand for `from` on the left: itself, or what a fence happens before.
  const event& x = graph[from.first];
  const auto left = [&](const event& a) {
    if (!is_fence(graph, from.first)) {
      return &a == &x || &a == &graph[from.last];
    }
    return graph.happens_before(x, a);
  };
  for (std::uint32_t n = 0; n < nodes_.size(); ++n) {
    const node& to = nodes_[n];
    const event& y = graph[to.first];
    if (n >= begin_[y.thread] + reached_[y.thread]) continue;
    if (to.first == from.first) continue;
    if (!is_fence(graph, from.first) && !is_fence(graph, to.first)) continue;
    const auto right = [&](const event& b) {
      if (!is_fence(graph, to.first)) return &b == &y || &b == &graph[to.last];
      return graph.happens_before(b, y);
    };
    bool edge = false;
    for (event_id i = 0; i < graph.size() && !edge; ++i) {
      const event& a = graph[i];
      if (a.location == no_location || !left(a)) continue;
      accesses(graph, a.location, [&](const event& b) {
        if (!edge && right(b) && coherence_ordered_before(graph, a, b)) edge = true;
      });
    }
    if (edge) reach(y.thread, to.place);
  }
}

}  // namespace heddle
