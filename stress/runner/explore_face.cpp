// heddle::explore on real threads: a time budget instead of all executions, so the best verdict is
// `bounded`. For tests of other frameworks whose objects are linked with heddle_stress instead of
// heddle::explore. HEDDLE_STRESS_SECONDS (default 1) and HEDDLE_STRESS_SEED are read here.
#include <cstdlib>
#include <heddle/explore.hpp>
#include <string>

#include "stress/runner/supervisor.hpp"

namespace heddle {

result explore(const std::function<void()>& body, const options& wanted) {
  stress::budget allowed;
  const char* const seconds = std::getenv("HEDDLE_STRESS_SECONDS");
  const char* const seed = std::getenv("HEDDLE_STRESS_SEED");
  allowed.seconds = seconds != nullptr ? std::strtod(seconds, nullptr) : 1;
  if (wanted.seconds > 0 && wanted.seconds < allowed.seconds) allowed.seconds = wanted.seconds;
  if (wanted.executions > 0) allowed.rounds = wanted.executions;
  allowed.seed = seed != nullptr ? std::strtoull(seed, nullptr, 10) : wanted.seed;
  const stress::finding found = stress::supervise(body, allowed);
  result told;
  const bool unjudged = found.verdict == "clock" || found.verdict == "error";
  told.verdict = found.verdict == "passed" ? "bounded" : unjudged ? "error" : "failed";
  told.reason = found.verdict == "passed" ? "the time is over: real threads show some executions"
                : unjudged                ? found.message
                                          : "";
  if (told.verdict == "failed") {
    told.failure_kind = found.kind;
    told.failure_message = found.message;
    told.failures = 1;
  }
  told.text = wanted.name + ": " + found.verdict + ", " + std::to_string(found.rounds) +
              " rounds, seed " + std::to_string(allowed.seed) + "\n" + found.message + "\n" +
              found.report;
  told.executions = found.rounds;
  told.seconds = found.seconds;
  return told;
}

}  // namespace heddle
