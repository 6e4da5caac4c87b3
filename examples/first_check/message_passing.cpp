// The first check of the README: a producer hands a value over with a flag. With release and
// acquire every execution is right; with a relaxed flag the reader may look at `data` while it is
// being written.
#include <atomic>
#include <heddle/check.hpp>
#include <thread>

namespace {

HEDDLE_CHECK(message_passing) {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread producer([&] {
    data = 42;
    ready.store(true, std::memory_order_release);
  });
  if (ready.load(std::memory_order_acquire)) heddle::require(data == 42);
  producer.join();
}

HEDDLE_CHECK(message_passing_relaxed) {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread producer([&] {
    data = 42;
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed)) heddle::require(data == 42);
  producer.join();
}

}  // namespace
