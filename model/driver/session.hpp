// One session: the search of one check, exhaustive or at random, from the first execution to a
// verdict. This is where the search and the runtime meet; everything above it only chooses what to
// run and tells what came out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "model/diagnose/result.hpp"
#include "model/explore/random_search.hpp"
#include "model/memory_model/memory_model.hpp"

namespace heddle {

struct session_options {
  memory_model model = memory_model::cpp20;
  search_mode mode = search_mode::exhaustive;
  unsigned depth = 3;  // of pct
  unsigned stale_percent = random_search::usual_stale_percent;
  std::uint64_t executions = 0;  // stop after so many; 0: no limit (see also random_executions)
  double seconds = 0;            // stop after this time; 0: no limit
  unsigned jobs = 1;             // processes that search, exhaustive only
  bool coverage = false;         // random modes: measure it, and stop when nothing new comes
  std::uint32_t max_steps = 100'000;  // events of one execution; more: `bounded`
  std::string replay;                 // a token: run that execution only
  bool keep_going = false;            // count failures instead of stopping at the first
  bool shrink = true;                 // make a failing execution small before it is shown
  bool estimate = false;              // only estimate how many executions there are
  std::uint64_t estimate_probes = 0;  // by so many probes; 0: by those of a second
  bool warns = false;                 // tell on_progress if an exhaustive search takes too long
  bool races = true;                  // report data races
  bool spurious = false;              // waits and weak compare-exchanges may end by themselves
  unsigned allocation_failures = 0;   // so many allocations of one execution may fail
  bool main_ends_program = false;     // what waits when main has returned is no deadlock
  std::uint64_t seed = 0;             // of a random mode, and of the numbers that the program gets
};

/// Without --time, a search that takes longer than so many seconds takes too long.
inline constexpr double usual_patience_seconds = 60;

/// A random mode stops after so many executions if nothing else stops it.
inline constexpr std::uint64_t random_executions = 10'000;

struct progress {
  std::uint64_t executions = 0;
  std::uint64_t blocked = 0;
  double seconds = 0;               // since the session began
  double estimated_executions = 0;  // of the whole search; 0: no estimate yet
  std::string warning;              // not empty once, where the search will take too long
};

using progress_listener = std::function<void(const progress&)>;

/// Explores every execution of `body`, or as many as a random mode is to draw. Never throws for
/// what the program under test does: that is in the result. `on_progress` (may be empty) is called
/// now and then, between two executions, never inside one. Ctrl-C ends the session, and at once
/// every later one, as `bounded`. Not re-entrant.
check_result run_session(const std::string& name, const std::function<void()>& body,
                         const session_options& options, const progress_listener& on_progress);

}  // namespace heddle
