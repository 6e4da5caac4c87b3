// Weak compare-exchange: with --spurious it may fail although the value is as expected, at most
// once for each thread and object. Only g++ says which compare-exchange is weak: what clang
// compiles is explored as if all were strong.
#include <atomic>
#include <heddle/check.hpp>
#include <thread>

HEDDLE_CHECK(weak_exchange_without_loop) {
  std::atomic<int> x{1};
  int expected = 1;
  heddle::require(x.compare_exchange_weak(expected, 2), "a weak exchange never fails by itself");
}

HEDDLE_CHECK(strong_exchange_without_loop) {
  std::atomic<int> x{1};
  int expected = 1;
  heddle::require(x.compare_exchange_strong(expected, 2));
}

HEDDLE_CHECK(weak_exchange_of_16_bytes) {
  struct alignas(16) pair {
    long first, second;
  };
  std::atomic<pair> x{pair{1, 2}};
  pair expected{1, 2};
  while (!x.compare_exchange_weak(expected, pair{3, 4})) {
    heddle::require(expected.first == 1 && expected.second == 2, "it failed by itself");
  }
}

/// A loop bears it. One thread: 2 executions; two threads that increment: each order of them, with
/// each failing by itself or not.
HEDDLE_CHECK(weak_exchange_in_a_loop) {
  std::atomic<int> x{0};
  auto increment = [&] {
    int seen = x.load(std::memory_order_relaxed);
    while (!x.compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) {
    }
  };
  increment();
  heddle::require(x.load() == 1);
}

HEDDLE_CHECK(weak_exchange_of_two_threads) {
  std::atomic<int> x{0};
  auto take = [&] {
    int seen = 0;
    while (seen == 0 && !x.compare_exchange_weak(seen, 1)) {
    }
  };
  std::thread other(take);
  take();
  other.join();
  heddle::require(x.load() == 1);
}

/// A try-lock that gives up when the weak exchange fails: somebody must get the lock, the author
/// thinks, if nobody holds it.
HEDDLE_CHECK(weak_exchange_as_try_lock) {
  std::atomic<bool> locked{false};
  std::atomic<int> got{0};
  auto attempt = [&] {
    bool expected = false;
    if (locked.compare_exchange_weak(expected, true)) got.fetch_add(1);
  };
  std::thread other(attempt);
  attempt();
  other.join();
  heddle::require(got.load() == 1, "nobody got a free lock");
}
