// The search against the oracle, on one litmus test.
#pragma once

#include <cstdint>
#include <string>

#include "model/testing/oracle.hpp"
#include "model/testing/search_runner.hpp"

namespace heddle::testing {

struct comparison {
  bool skipped = false;    // too large for the oracle
  std::string difference;  // empty: they agree
  std::uint64_t complete = 0;
  std::uint64_t stuck = 0;
  std::uint64_t executions = 0;
  std::uint64_t blocked_executions = 0;
};

/// They agree if the complete graphs are the same, none is found twice, every stuck graph is found,
/// exactly the true deadlocks are called so, and what needs no waiting (failed assertions, threads
/// stopped by assume) is found exactly.
comparison compare(const litmus_code& code, axiom_model model, std::uint64_t max_candidates);

/// A text for a failing test: the difference, the smallest program found that has one, its text and
/// graphs.
std::string explain_difference(const std::string& text, axiom_model model,
                               std::uint64_t max_candidates);

}  // namespace heddle::testing
