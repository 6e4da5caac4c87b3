// reorder_N, the classic family for schedulers: N - 1 threads write a and then b, and one reads a
// and then b. It must not see b without a; it does if it reads a before all of them have written
// it, and b after one of them has: a bug of depth two that becomes rarer with every thread. Written
// after the description of the benchmark in the papers on PCT and POS.
#include <atomic>
#include <heddle/check.hpp>
#include <thread>
#include <vector>

namespace {

void reorder(int threads) {
  std::atomic<int> a{0};
  std::atomic<int> b{0};
  std::vector<std::thread> all;
  for (int i = 0; i + 1 < threads; ++i) {
    all.emplace_back([&] {
      a.store(1, std::memory_order_relaxed);
      b.store(1, std::memory_order_relaxed);
    });
  }
  all.emplace_back([&] {
    const int first = a.load(std::memory_order_relaxed);
    const int second = b.load(std::memory_order_relaxed);
    heddle::require(first == 1 || second == 0, "b is not seen without a");
  });
  for (std::thread& t : all) t.join();
}

}  // namespace

HEDDLE_CHECK(reorder_3) { reorder(3); }
HEDDLE_CHECK(reorder_5) { reorder(5); }
HEDDLE_CHECK(reorder_10) { reorder(10); }
HEDDLE_CHECK(reorder_100) { reorder(100); }
