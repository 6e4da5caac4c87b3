#include <atomic>
#include <heddle/check.hpp>
#include <thread>
#include <vector>

HEDDLE_CHECK(two_increments) {
  std::atomic<int> count{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) threads.emplace_back([&] { count.fetch_add(1); });
  for (std::thread& thread : threads) thread.join();
  heddle::require(count == 2, "both increments count");
}
