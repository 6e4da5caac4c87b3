// What a check tells heddle: choices of its own, and names.
#include <atomic>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

HEDDLE_CHECK(choose_explores_each_alternative) {
  const std::size_t chosen = heddle::choose(3);
  heddle::require(chosen != 2, "two is right");
}

/// 3 alternatives in one thread; in the other 2, each with a store that a load sees or does not:
/// 3 * 2 * 2 executions.
HEDDLE_CHECK(choose_nothing_else) {
  std::atomic<int> x{0};
  std::thread other(
      [&] { x.store(1 + static_cast<int>(heddle::choose(2)), std::memory_order_relaxed); });
  const std::size_t first = heddle::choose(3);
  (void)x.load(std::memory_order_relaxed);
  heddle::require(first < 3);
  other.join();
}

HEDDLE_CHECK(choose_among_none) { (void)heddle::choose(heddle::choose(1)); }

HEDDLE_CHECK(named_objects_in_a_deadlock) {
  std::mutex a, b;
  heddle::name(&a, "registry lock");
  heddle::name(&b, "cell lock");
  std::thread other([&] {
    const std::lock_guard first(a);
    const std::lock_guard second(b);
  });
  {
    const std::lock_guard first(b);
    const std::lock_guard second(a);
  }
  other.join();
}

/// Lines of the program stand in the trace, each behind what its thread had done.
HEDDLE_CHECK(log_in_the_trace) {
  std::atomic<int> x{0};
  heddle::log("before anything");
  std::thread other([&] {
    heddle::log("the other begins, x is at %s", "zero");
    x.store(1);
    heddle::log("the other has stored %d", 1);
  });
  const int seen = x.load();
  heddle::log("main has seen %d", seen);
  heddle::require(seen == 0, "it was 1");
  other.join();
}

/// As many executions as without the lines, and the formats are not even looked at.
HEDDLE_CHECK(log_costs_no_execution) {
  std::atomic<int> x{0};
  std::thread other([&] {
    heddle::log("storing %d", 1);
    x.store(1);
    heddle::log("stored");
  });
  heddle::log("loading");
  const int seen = x.load();
  heddle::log("loaded %d", seen);
  other.join();
}
