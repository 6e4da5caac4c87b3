// Runs one check on real threads, round after round, in worker processes: whatever happens to one,
// it is this check's doing, and the next check is not touched.
//
// This process must have one thread. It forks a worker, which has a pristine copy of all static
// storage, and watches: a worker that ends badly leaves a finding in the shared page or a
// sanitizer's report on its standard error; one that finishes no round for some time is stopped,
// after a look at what its threads are doing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace heddle::stress {

struct budget {
  double seconds = 1;
  std::uint64_t rounds = UINT64_MAX;
  std::uint64_t seed = 1;
  double hang_seconds = 10;  // no round finished for so long: it hangs
  bool repeat = false;  // rounds share a worker: for checks that leave static storage as it was
};

struct finding {
  /// "passed", or what was found first: "race", "assertion", "crash", "hang", "memory", "misuse";
  /// "clock": no verdict, since a round takes longer than a hang would; "error": nor here.
  std::string verdict = "passed";
  std::string kind;     // as heddle calls it: "data_race", "deadlock"; empty if passed
  std::string message;  // one line
  std::string report;   // the end of what the worker wrote to standard error
  std::uint64_t rounds = 0;
  std::uint64_t seed = 0;  // of the round that failed
  double seconds = 0;
};

/// Throws std::system_error if there can be no worker.
finding supervise(const std::function<void()>& body, const budget& allowed);

/// The verdict, the kind and the message from a sanitizer's report; verdict empty if it is none.
finding read_report(const std::string& report);

}  // namespace heddle::stress
