// heddle::explore with a mode: the same as on the command line, from a program of one's own.
#include <atomic>
#include <cstdio>
#include <heddle/explore.hpp>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

int failures = 0;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::printf("not as expected: %s\n", what);
  ++failures;
}

void two_writes() {
  std::atomic<int> x{0};
  std::thread writer([&] {
    x.store(1);
    x.store(2);
  });
  if (x.load() == 1) throw std::runtime_error("seen in between");
  writer.join();
}

void one_write() {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  x.load();
  writer.join();
}

bool refuses(const heddle::options& wanted, const char* word) {
  try {
    heddle::explore(one_write, wanted);
  } catch (const std::invalid_argument& refused) {
    return std::string(refused.what()).find(word) != std::string::npos;
  }
  return false;
}

}  // namespace

int main() {
  for (const char* mode : {"random", "pct", "pos"}) {
    const auto found = heddle::explore(two_writes, {.mode = mode, .executions = 500, .seed = 3});
    expect(found.failed() && found.failure_kind == "uncaught_exception", "a random mode finds it");
    expect(found.json.find(std::string("\"mode\": \"") + mode + "\"") != std::string::npos,
           "the mode is in the result");
    expect(found.text.find("It needs 2 context switches, 0 stale reads") != std::string::npos,
           "what was found is shrunk");
    const auto again = heddle::explore(two_writes, {.mode = mode, .executions = 500, .seed = 3});
    expect(again.executions == found.executions && again.replay == found.replay,
           "the same seed finds the same");
    expect(heddle::explore(two_writes, {.replay = found.replay}).failed(), "the token replays it");
    const auto not_found = heddle::explore(one_write, {.mode = mode, .executions = 50});
    expect(not_found.verdict == "bounded" && not_found.executions + not_found.blocked == 50,
           "so many executions and no verdict");
    const auto timed = heddle::explore(one_write, {.mode = mode, .seconds = 0.05});
    expect(timed.verdict == "bounded" && timed.reason.find("seconds") != std::string::npos,
           "the time ends it");
  }
  const auto plain = heddle::explore(
      two_writes, {.mode = "random", .executions = 500, .shrink = false, .seed = 3});
  expect(plain.text.find("It has ") != std::string::npos, "not shrunk where nobody wants it");
  expect(heddle::explore(one_write).verified(), "exhaustive, unless said");
  const auto estimated = heddle::explore(one_write, {.estimate_probes = 20});
  expect(estimated.verdict == "bounded" && estimated.executions == 0, "nothing is explored");
  expect(estimated.estimated_executions == 2 && estimated.estimate_standard_error == 0,
         "two executions, by probes that all say the same");
  expect(heddle::explore(one_write).estimated_executions == 0, "no estimate unless said");
  expect(refuses({.mode = "chance"}, "--mode knows"), "an unknown mode is refused");
  expect(refuses({.mode = "pct", .depth = 0}, "--depth"), "a depth of 0 is refused");
  expect(refuses({.stale_percent = 101}, "--stale"), "more than all is refused");
  return failures == 0 ? 0 : 1;
}
