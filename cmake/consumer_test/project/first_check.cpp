#include <atomic>
#include <heddle/check.hpp>
#include <thread>

HEDDLE_CHECK(hand_over) {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread producer([&] {
    data = 42;
    ready.store(true, std::memory_order_release);
  });
  if (ready.load(std::memory_order_acquire)) heddle::require(data == 42);
  producer.join();
}
