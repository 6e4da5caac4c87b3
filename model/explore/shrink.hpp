// Makes a failing execution small before a person has to read it: as in delta debugging (Zeller,
// Hildebrandt: Simplifying and isolating failure-inducing input, TSE 2002), but over the schedule,
// since the program cannot be changed. In this order, again and again until nothing helps:
//
//   threads      a thread gets no turn of its own: it runs if nobody else can
//   operations   a thread is left earlier; a part of what it does (rounds of a loop) is left out
//   switches     what a thread does in one turn is done in its next, or in the one before
//   old values   a read sees the newest write, a write comes last, a choice is an earlier one
//
// Each candidate is executed; it counts only if it fails in the same way, and if nothing about it
// (execution_size) is larger than before, so what comes out is never larger than what went in. It
// is a local minimum: no single step makes it smaller. Same execution, same result, as long as the
// budget is not one of time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "model/explore/decisions.hpp"
#include "model/explore/graph_recorder.hpp"
#include "model/explore/plan.hpp"

namespace heddle {

/// Runs the program once under the recorder, which has begun an execution. Whether it failed in
/// the way that is to be kept. `thorough`: the execution is about to be accepted, look closely.
using fails_alike = std::function<bool(graph_recorder& run, bool thorough)>;

struct shrink_budget {
  std::uint64_t executions = 2'000;
  std::function<bool()> is_over = {};  // asked before each execution; may be empty
};

struct shrunk_execution {
  decisions execution;
  execution_size before;
  execution_size after;
  std::uint64_t executions = 0;  // that were run
  bool finished = false;         // no single step makes it smaller; else the budget was used up
};

/// Makes `failing` small. Nothing, if following it does not fail.
std::optional<shrunk_execution> shrink(const search_options& options, const decisions& failing,
                                       const fails_alike& fails, const shrink_budget& budget = {});

}  // namespace heddle
