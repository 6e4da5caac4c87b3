// Call the checker from any test framework:
//
//   TEST(cell, no_deadlock) {
//     heddle::result r = heddle::explore([] { … });
//     EXPECT_TRUE(r.verified()) << r.text;
//   }
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace heddle {

struct options {
  std::string name = "explore";        // how the report calls this check
  std::string memory_model = "cpp20";  // cpp20, rc11 or sc
  std::string mode = "exhaustive";     // or a random one: random, pct, pos, …, as --mode
  unsigned depth = 3;                  // of mode pct, as --depth
  unsigned stale_percent = 50;         // of the random modes, as --stale
  std::string replay;                  // a token: run that execution only
  std::uint64_t estimate_probes = 0;   // only estimate, by so many probes, how many executions an
                                       // exhaustive search would have; 0: explore
  std::uint64_t executions = 0;        // stop after so many; 0: no limit (random modes: 10,000,
                                       // unless `seconds` is given)
  double seconds = 0;                  // stop after this time; 0: no limit
  std::uint32_t max_steps = 100'000;   // events of one execution; more: `bounded`
  bool keep_going = false;             // count failures instead of stopping at the first
  bool shrink = true;                  // make a failing execution small before it is shown
  bool races = true;                   // report data races
  bool spurious = false;               // waits and weak compare-exchanges may end by themselves
  unsigned allocation_failures = 0;    // so many allocations of one execution may fail
  std::uint64_t seed = 0;              // of a random mode, and of the numbers the program gets
};

struct result {
  std::string verdict;          // "verified", "failed", "bounded", "error"
  std::string failure_kind;     // "assertion", "data_race", …; empty if none failed
  std::string failure_message;  // one line
  std::string reason;           // for bounded and error
  std::string replay;           // the token of the first failure
  std::string text;             // the whole report, as the terminal would show it
  std::string json;             // the object of this check, as --json would write it
  std::uint64_t executions = 0;
  std::uint64_t blocked = 0;
  std::uint64_t failures = 0;
  double seconds = 0;
  // With estimate_probes; those that block are counted, too. What few probes say of a lopsided tree
  // is more likely too low than too high, its error included.
  double estimated_executions = 0;
  double estimate_standard_error = 0;

  bool verified() const { return verdict == "verified"; }
  bool failed() const { return verdict == "failed"; }
};

/// Explores every execution of `body` under the memory model, or in a random mode as many as are
/// asked for, with the seed; then what has not failed is "bounded", never "verified". `body` must
/// be deterministic but for the interleaving of its threads, and is run many times; what it
/// captures by reference and writes must be reset by itself. Not re-entrant; call it from one
/// thread, while no other thread of the process runs. Throws std::invalid_argument for options that
/// make no sense. Time: one run of `body` per execution; memory: polynomial in the length of one
/// execution (TruSt, Kokologiannakis et al., POPL 2022).
result explore(const std::function<void()>& body, const options& options = {});

}  // namespace heddle
