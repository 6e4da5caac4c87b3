// A sampling estimate of how long the exhaustive search of a program takes (explore/estimator).
#pragma once

#include <cstdint>
#include <string>

#include "model/diagnose/result.hpp"
#include "model/explore/graph_recorder.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/output_capture.hpp"

namespace heddle {

struct probe_budget {
  double seconds = 0;
  std::uint64_t probes = 0;  // exactly so many, whatever their time is; 0: as the seconds allow
};

/// Runs the probes of the budget; those of `seconds` end when a thousand of them have a standard
/// error below 1 %. At least two, but none beyond Ctrl-C or what cannot be judged. `learned` (null:
/// starts again by itself) is set, and nothing more is done, where the search has to start again.
search_estimate estimate_search(runtime::engine& engine, runtime::output_capture& output,
                                const search_options& options, std::uint64_t seed,
                                const probe_budget& budget, bool* learned);

/// "about 3·10^9 executions (± 20 %), 40 h". Where the probes differ much it is said to be rather
/// too low: most of them have seen none of the large subtrees (explore/estimator.hpp).
std::string words_for(const search_estimate& estimate);

/// "; use --mode random --time 600" where an exhaustive search takes longer than `limit_seconds`.
std::string advice_for(const search_estimate& estimate, double limit_seconds);

}  // namespace heddle
