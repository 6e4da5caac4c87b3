// An execution as a plan that can be changed: its operations in time, and for each what it saw, by
// the names that operations have in their threads. Unlike `decisions`, a changed plan can still be
// followed as far as it goes (guide), which is what shrinking needs.
#pragma once

#include <cstdint>
#include <vector>

#include "model/graph/execution_graph.hpp"
#include "model/program/execution_size.hpp"

namespace heddle {

/// One operation; the n-th of a thread in a plan is the n-th that the thread performs.
struct planned_operation {
  thread_id thread = 0;
  event_kind kind = event_kind::fence;  // a read-modify-write is a read
  /// It did not see the newest write, was not the last write, or not the first alternative.
  bool deviates = false;
  /// A read: the write that it sees. A write: the one right before it in the coherence order. By
  /// thread and number of its operation; no_thread: the initial value.
  thread_id source_thread = no_thread;
  std::uint32_t source = 0;  // a choice: its alternative
  friend bool operator==(const planned_operation&, const planned_operation&) = default;
};

using plan = std::vector<planned_operation>;

execution_size size_of(const plan& execution);

/// Whether nothing about `a` is larger, and something is smaller.
bool is_smaller(const execution_size& a, const execution_size& b);

/// The plan of an execution whose events were added in time (a follower's, guide's or
/// random_search's graph). Reads that block their threads are no operations of it.
plan plan_of(const execution_graph& in_time);

}  // namespace heddle
