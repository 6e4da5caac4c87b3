#include <atomic>
#include <cstdio>
#include <heddle/check.hpp>
#include <heddle/explore.hpp>
#include <thread>

namespace {

void store_buffering(std::memory_order order) {
  std::atomic<int> x{0};
  std::atomic<int> y{0};
  int seen_by_other = 0;
  std::thread other([&] {
    x.store(1, order);
    seen_by_other = y.load(order);
  });
  y.store(1, order);
  const int seen_here = x.load(order);
  other.join();
  heddle::require(seen_by_other == 1 || seen_here == 1, "one of them sees the other's store");
}

int mistakes = 0;

void expect(bool holds, const char* claim, const heddle::result& result) {
  if (holds) return;
  ++mistakes;
  std::printf("it should be that %s:\n%s\n", claim, result.text.c_str());
}

}  // namespace

int main() {
  const heddle::result strong = heddle::explore([] { store_buffering(std::memory_order_seq_cst); });
  expect(strong.verified(), "seq_cst forbids store buffering", strong);
  expect(strong.executions == 3, "there are 3 executions", strong);

  const heddle::result weak = heddle::explore([] { store_buffering(std::memory_order_relaxed); });
  expect(weak.failed(), "relaxed allows store buffering", weak);
  expect(weak.failure_kind == "assertion", "require is what fails", weak);

  heddle::options replay;
  replay.replay = weak.replay;
  const heddle::result again =
      heddle::explore([] { store_buffering(std::memory_order_relaxed); }, replay);
  expect(again.failed() && again.executions <= 1, "the token leads there again", again);
  return mistakes;
}
