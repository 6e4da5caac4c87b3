// Which executions does a memory model allow? Three models, one interface.
//
//   cpp20  the axioms of C++20 [intro.races], [atomics.order] (P0668, P0982), and acyclic(po ∪ rf)
//   rc11   Lahav, Vafeiadis, Kang, Hur, Dreyer: Repairing sequential consistency in C/C++11,
//          PLDI 2017, with C++20's release sequences
//   sc     Lamport: acyclic(po ∪ rf ∪ co ∪ fr)
//
// Coherence and atomicity are never checked: the sources and places offered here (coherence.cpp)
// cannot break them. What is left, the order of the seq_cst operations, is checked by consistent()
// and only where something changed that can matter.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/graph/execution_graph.hpp"
#include "model/memory_model/seq_cst_order.hpp"

namespace heddle {

enum class memory_model : std::uint8_t { cpp20, rc11, sc };

constexpr const char* name_of(memory_model model) {
  constexpr const char* names[] = {"cpp20", "rc11", "sc"};
  return names[static_cast<unsigned>(model)];
}

/// The clock of `e` that coherence is judged by: under sc, all of (po ∪ rf)⁺ is ordered.
inline clock_ref coherence_clock(memory_model model, const event& e) {
  return model == memory_model::sc ? e.porf : e.happens_before;
}

/// Computes every clock of event `id` from its predecessors; its reads_from must be set.
void compute_clocks(execution_graph& graph, event_id id);

/// How many leading writes of `location` the next event of `thread`, at `index`, must not go
/// before: it may read position floor - 1 (the initial write if floor is 0) and later ones, and
/// may be placed at position floor or later. `index` may be that of an existing event.
std::uint32_t coherence_floor(const execution_graph& graph, memory_model model,
                              location_id location, thread_id thread, std::uint32_t index);

/// Whether the graph satisfies the model's axioms, given that it did before the newest change:
/// read `changed_read` (or no_event) got another source, write `changed_write` (or no_event)
/// another place. Neither has a successor in its thread, but for the write half of a
/// read-modify-write.
class consistency {
 public:
  explicit consistency(memory_model model) : model_(model) {}
  bool operator()(const execution_graph& graph, event_id changed_read, event_id changed_write);

 private:
  bool sequentially_consistent(const execution_graph& graph, event_id from);

  memory_model model_;
  seq_cst_order seq_cst_;
  // Work space, kept between calls.
  std::vector<event_id> pending_;
  std::vector<std::uint8_t> seen_;
};

/// Whether the whole graph is sequentially consistent, whatever the model it was built under.
bool is_sequentially_consistent(const execution_graph& graph);

}  // namespace heddle
