// C++20's total order S on the seq_cst operations ([atomics.order]/3–4, P0668): it exists iff the
// constraints on it have no cycle. The nodes are the seq_cst operations, a read-modify-write being
// one. A -> B if
//   1. A strongly happens before B: sequenced before it in the same thread, or the event after A
//      happens before the event before B;
//   2. A is coherence-ordered before B: same location, key(A) < key(B), where the i-th write has
//      key 2i and a read of it 2i + 1;
//   3. a fence stands for the accesses that it happens before, or that happen before it:
//      fence X, X hb a, a coherence-ordered before B;  A coherence-ordered before b, b hb fence Y.
// ("synchronizes-with between seq_cst operations" follows from 2 and 3.)
#pragma once

#include <cstdint>
#include <vector>

#include "model/graph/execution_graph.hpp"

namespace heddle {

class seq_cst_order {
 public:
  /// Whether S exists, given that it did before `changed_read` or `changed_write` (see
  /// consistency) changed. O(n · threads + n · m) for n seq_cst operations, m of one location.
  bool exists(const execution_graph& graph, event_id changed_read, event_id changed_write);

 private:
  struct node {
    event_id first;       // of a read-modify-write: its read
    event_id last;        // its write
    std::uint32_t place;  // among the nodes of its thread
  };

  void collect(const execution_graph& graph);
  std::uint32_t node_of(const execution_graph& graph, event_id id) const;
  bool on_cycle(const execution_graph& graph, std::uint32_t start);
  void reach(thread_id thread, std::uint32_t place);
  void reach_by_happens_before(const execution_graph& graph, const node& from);
  void reach_by_coherence(const execution_graph& graph, const node& from);
  void reach_by_fences(const execution_graph& graph, const node& from);

  std::vector<node> nodes_;             // by thread, in program order
  std::vector<std::uint32_t> begin_;    // of each thread's nodes; one more at the end
  std::vector<std::uint32_t> reached_;  // per thread: the first node reached
  std::vector<std::uint32_t> pending_;
  bool fences_ = false;
};

}  // namespace heddle
