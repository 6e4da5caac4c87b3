// What has no end: the verdict is "bounded", and names the loop.
#include <atomic>
#include <heddle/check.hpp>
#include <thread>

namespace {

std::atomic<int> attempts{0};
std::atomic<bool> ready{false};

/// Counts its rounds in an atomic: each changes something for good.
HEDDLE_CHECK(bound_loop_that_counts) {
  while (!ready.load()) {
    attempts.fetch_add(1);
  }
}

HEDDLE_CHECK(bound_loop_in_a_thread) {
  std::thread other([] {
    while (!ready.load()) attempts.fetch_add(1);
  });
  other.join();
}

/// No loop, only too long.
HEDDLE_CHECK(bound_without_loop) {
  attempts.store(1);
  attempts.store(2);
  attempts.store(3);
  ready.store(true);
}

HEDDLE_CHECK(bound_loop_that_ends) {
  for (int i = 0; i < 10; ++i) attempts.fetch_add(1);
}

}  // namespace
