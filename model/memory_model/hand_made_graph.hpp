// Execution graphs written down by hand, for tests: each function adds one operation as the next
// of its thread, with its clocks, and returns its (last) event.
#pragma once

#include "model/memory_model/memory_model.hpp"

namespace heddle {

class hand_made_graph {
 public:
  static constexpr std::uint32_t last = 0xffffffff;

  event_id write(thread_id thread, location_id location, memory_order order,
                 std::uint32_t position = last) {
    const event_id w = graph_.add(thread, event_kind::write, order, location);
    return placed(w, position);
  }
  event_id read(thread_id thread, location_id location, memory_order order, event_id from) {
    const event_id r = graph_.add(thread, event_kind::read, order, location);
    graph_[r].reads_from = from;
    return finished(r);
  }
  /// A read-modify-write, right after what it reads in the coherence order; its write.
  event_id modify(thread_id thread, location_id location, memory_order order, event_id from) {
    const event_id r = read(thread, location, read_half(order), from);
    graph_[r].set(event::exclusive_bit, true);
    const event_id w = graph_.add(thread, event_kind::write, write_half(order), location);
    graph_[w].set(event::exclusive_bit, true);
    return placed(w, from == initial_write ? 0 : graph_[from].coherence_position + 1);
  }
  event_id fence(thread_id thread, memory_order order) {
    return finished(graph_.add(thread, event_kind::fence, order, no_location));
  }
  event_id create(thread_id thread, thread_id created) {
    const event_id c = graph_.add(thread, event_kind::create, memory_order::relaxed, no_location);
    graph_[c].val = {created, 0};
    graph_.note_creation(created, c);
    return finished(c);
  }
  event_id join(thread_id thread, thread_id joined) {
    const event_id j = graph_.add(thread, event_kind::join, memory_order::relaxed, no_location);
    graph_[j].val = {joined, 0};
    return finished(j);
  }
  event_id finish(thread_id thread) {
    return finished(graph_.add(thread, event_kind::finish, memory_order::relaxed, no_location));
  }

  bool happens_before(event_id a, event_id b) const {
    return graph_.happens_before(graph_[a], graph_[b]);
  }
  bool in_porf_prefix(event_id a, event_id of) const {
    return graph_.in_porf_prefix(graph_[a], graph_[of]);
  }

  /// Whether the model allows it, whichever access came last.
  bool allowed(memory_model model) const {
    consistency consistent(model);
    for (event_id id = 0; id < graph_.size(); ++id) {
      const event& e = graph_[id];
      if (e.is_read() && !consistent(graph_, id, no_event)) return false;
      if (e.is_write() && !consistent(graph_, no_event, id)) return false;
    }
    return true;
  }

  execution_graph& graph() { return graph_; }
  const execution_graph& graph() const { return graph_; }

 private:
  event_id placed(event_id w, std::uint32_t position) {
    const auto writes =
        static_cast<std::uint32_t>(graph_.coherence_order(graph_[w].location).size());
    graph_.place(w, position == last ? writes : position);
    return finished(w);
  }
  event_id finished(event_id id) {
    compute_clocks(graph_, id);
    return id;
  }

  execution_graph graph_;
};

}  // namespace heddle
