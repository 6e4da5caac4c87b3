// Failures of a known size: whatever a random mode finds, what is shown needs no more than this.
#include <atomic>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

namespace {

/// One of the reads is older than the other thread's write, in whatever order they come.
HEDDLE_CHECK(shrinks_to_one_stale_read) {
  std::atomic<int> x{0};
  std::atomic<int> y{0};
  int saw_x = 1;
  int saw_y = 1;
  std::thread one([&] {
    x.store(1, std::memory_order_relaxed);
    saw_y = y.load(std::memory_order_relaxed);
  });
  std::thread other([&] {
    y.store(1, std::memory_order_relaxed);
    saw_x = x.load(std::memory_order_relaxed);
  });
  one.join();
  other.join();
  heddle::require(saw_x + saw_y != 0, "somebody has seen something");
}

/// Each of four turns needs the one before, which is the other thread's.
HEDDLE_CHECK(shrinks_to_four_switches) {
  std::atomic<int> stage{0};
  std::atomic<int> noise{0};
  const auto turn = [&](int number) {
    ++noise;
    int expected = number;
    const bool mine = stage.compare_exchange_strong(expected, number + 1);
    ++noise;
    return mine;
  };
  std::thread even([&] { turn(0) && turn(2); });
  std::thread odd([&] {
    if (turn(1) && turn(3)) heddle::require(false, "four turns are never taken");
  });
  even.join();
  odd.join();
}

/// Neither the loops nor the two last threads have a part in it.
HEDDLE_CHECK(shrinks_to_two_threads) {
  std::atomic<int> noise{0};
  std::atomic<int> x{0};
  const auto make_noise = [&] {
    for (int i = 0; i < 5; ++i) ++noise;
  };
  std::thread writer([&] {
    x.store(1);
    x.store(2);
    make_noise();
  });
  std::thread reader([&] {
    make_noise();
    heddle::require(x.load() != 1, "nobody looks in between");
  });
  std::thread third(make_noise);
  std::thread fourth(make_noise);
  writer.join();
  reader.join();
  third.join();
  fourth.join();
}

HEDDLE_CHECK(shrinks_to_a_deadlock) {
  std::mutex a;
  std::mutex b;
  std::atomic<int> noise{0};
  std::thread other([&] {
    ++noise;
    std::scoped_lock both(b);
    std::scoped_lock second(a);
  });
  for (int i = 0; i < 2; ++i) {
    std::scoped_lock first(a);
    std::scoped_lock second(b);
    ++noise;
  }
  other.join();
}

}  // namespace
