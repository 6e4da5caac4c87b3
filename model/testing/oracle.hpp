// The set of all execution graphs of a litmus test, by brute force: extend a graph by the next
// event of any thread in every way, keep what satisfies the axioms (checked on the whole graph), go
// on. Shares no code with the search that it judges, neither its graphs nor its idea of
// consistency.
//
// Complete for models whose graphs are acyclic in po ∪ rf and stay consistent when restricted to a
// prefix of it, as all of axioms.hpp are: such a graph can be built in every order that respects
// po ∪ rf. So a graph is found many times over. Two ways to see it once:
//   canonical_order  build it only in the least such order (always the lowest thread that can go
//                    on); every consistent graph has exactly one, and all its prefixes are
//                    consistent
//   every_order      build it in all of them, and remember the graphs already seen
#pragma once

#include <cstdint>

#include "model/testing/axioms.hpp"
#include "model/testing/graph_key.hpp"
#include "model/testing/litmus_code.hpp"

namespace heddle::testing {

enum class enumeration : std::uint8_t { canonical_order, every_order };

struct oracle_options {
  enumeration order = enumeration::canonical_order;
  std::uint64_t max_candidates = UINT64_MAX;  // graphs checked; with more, give up
};

/// A read-modify-write is one step. A graph in which some thread waits for ever is blocked, and
/// found once per write that each waiting read may read from.
struct oracle_outcome {
  graph_keys complete;
  graph_keys blocked;
  graph_keys errors;     // some assertion failed; the other threads have gone on to their ends
  graph_keys stuck;      // of `blocked`, where each blocked thread has read the newest write last;
                         // their keys leave out the reads that do not satisfy their thread
  graph_keys deadlocks;  // of `stuck`, where no thread is stopped by assume
  graph_keys unwaiting_errors;   // of `errors`, where no thread waits
  graph_keys unwaiting_blocked;  // of `blocked`, where no thread waits: those are stopped by assume
  std::uint64_t exists = 0;      // complete graphs that satisfy the `exists` line
  std::uint64_t candidates = 0;  // graphs checked
  std::uint64_t repeated = 0;    // graphs recorded more than once: none, unless something is wrong
  bool gave_up = false;
};

/// Throws std::length_error for a test with more than max_events events.
oracle_outcome enumerate(const litmus_code& code, axiom_model model,
                         const oracle_options& options = {});

}  // namespace heddle::testing
