// Right, and only by its fences, which ThreadSanitizer does not know: it would call this a race.
#include <atomic>
#include <heddle/check.hpp>
#include <thread>

HEDDLE_CHECK(planted_fence) {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread other([&] {
    data = 42;
    std::atomic_thread_fence(std::memory_order_release);
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed)) {
    std::atomic_thread_fence(std::memory_order_acquire);
    heddle::require(data == 42);
  }
  other.join();
}
