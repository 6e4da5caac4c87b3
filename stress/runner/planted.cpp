// One check for each thing that real threads can show, and one that is right: they test stress.py
// and everything below it. heddle finds the same in each.
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <heddle/check.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>

HEDDLE_CHECK(planted_nothing) {
  std::mutex mutex;
  int sum = 0;
  auto add = [&] {
    std::lock_guard hold(mutex);
    ++sum;
  };
  std::thread first(add), second(add);
  first.join();
  second.join();
  assert(sum == 2);
}

HEDDLE_CHECK(planted_race) {
  int sum = 0;
  std::thread first([&] { ++sum; }), second([&] { ++sum; });
  first.join();
  second.join();
}

/// A notification between the look and the wait is lost: needs a bad moment.
HEDDLE_CHECK(planted_hang) {
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> ready{false};
  std::thread other([&] {
    ready.store(true);
    changed.notify_one();
  });
  {
    std::unique_lock hold(mutex);
    while (!ready.load()) changed.wait(hold);
  }
  other.join();
}

HEDDLE_CHECK(planted_crash) {
  int value = 42;
  std::atomic<int*> place{nullptr};
  std::thread other([&] { place.store(&value); });
  // Volatile, or the compiler may know better than to read through null.
  const volatile int* const read = place.load();
  const int seen = *read;
  other.join();
  assert(seen == 42);
}

/// Two threads must come between each other's load and store.
HEDDLE_CHECK(planted_assertion) {
  std::atomic<int> sum{0};
  auto add = [&] { sum.store(sum.load() + 1); };
  std::thread first(add), second(add);
  first.join();
  second.join();
  heddle::require(sum.load() == 2, "an increment is lost");
}

HEDDLE_CHECK(planted_exception) {
  std::atomic<bool> late{false};
  std::thread other([&] { late.store(true); });
  if (heddle::choose(2) == 1) throw std::runtime_error("planted");
  other.join();
}
