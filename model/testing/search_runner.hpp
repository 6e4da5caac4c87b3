// Runs the exhaustive search on a litmus test and collects what it finds, in the oracle's terms.
#pragma once

#include <cstdint>

#include "model/explore/exhaustive.hpp"
#include "model/testing/graph_key.hpp"
#include "model/testing/litmus_code.hpp"
#include "model/testing/litmus_program.hpp"

namespace heddle::testing {

/// Keys leave out reads on which a thread still waits.
struct search_outcome {
  graph_keys complete;
  graph_keys blocked;            // some thread waits or is stopped by assume; deadlocks included
  graph_keys deadlocks;          // of `blocked`, what the search calls a deadlock, no thread being
                                 // stopped by assume
  graph_keys unwaiting_errors;   // an assertion failed, no thread waits
  graph_keys unwaiting_blocked;  // of `blocked`, where no thread waits
  std::uint64_t executions = 0;
  std::uint64_t blocked_executions = 0;
  std::uint64_t duplicates = 0;  // executions whose graph had been found before
  graph_key first_duplicate;
  std::uint64_t other_endings = 0;  // cut, abandoned, nondeterministic: none is expected
  bool gave_up = false;
};

/// The key of the graph of the execution that `program` has just run.
graph_key key_of(const execution_graph& graph, const litmus_program& program,
                 bool with_waiting_reads);

/// Failed assertions block their thread, so that the graphs of the others are complete.
search_outcome explore(const litmus_code& code, memory_model model,
                       std::uint64_t max_executions = UINT64_MAX);

}  // namespace heddle::testing
