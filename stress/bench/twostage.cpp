// twostage_N, a classic for schedulers: N - 1 threads write a under one lock, and then, under
// another, b from it; one thread looks at a and then at b, each under its lock, and finds the first
// stage without the second. It must come between the two critical sections of the first writer, and
// before the second one of all others. Written after the description of the family in the
// literature on systematic concurrency testing.
#include <heddle/check.hpp>
#include <mutex>
#include <thread>
#include <vector>

namespace {

struct stages {
  std::mutex first_lock;
  std::mutex second_lock;
  int first = 0;
  int second = 0;

  void write() {
    int value = 0;
    {
      const std::lock_guard hold(first_lock);
      value = first = 1;
    }
    const std::lock_guard hold(second_lock);
    second = value + 1;
  }

  void look() {
    int value = 0;
    {
      const std::lock_guard hold(first_lock);
      if (first == 0) return;
      value = first;
    }
    const std::lock_guard hold(second_lock);
    heddle::require(second == value + 1, "the second stage has followed the first");
  }
};

void two_stages(int threads) {
  stages s;
  std::vector<std::thread> all;
  for (int i = 0; i + 1 < threads; ++i) all.emplace_back([&] { s.write(); });
  all.emplace_back([&] { s.look(); });
  for (std::thread& t : all) t.join();
}

}  // namespace

HEDDLE_CHECK(twostage_3) { two_stages(3); }
HEDDLE_CHECK(twostage_100) { two_stages(100); }
