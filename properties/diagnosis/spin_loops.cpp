// Loops that wait by trying again. Each lets a thread round only while there is something newer to
// read: nothing bounds them, and every one of these checks ends.
#include <atomic>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

namespace {

constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto relaxed = std::memory_order_relaxed;

class test_and_set_lock {
 public:
  explicit test_and_set_lock(std::memory_order unlock_order = release) : order_(unlock_order) {}
  void lock() {
    while (held_.test_and_set(acquire)) {
    }
  }
  void unlock() { held_.clear(order_); }

 private:
  std::atomic_flag held_;
  std::memory_order order_;
};

template <typename Lock>
void count_in_two_threads(Lock& lock) {
  int count = 0;
  const auto body = [&] {
    lock.lock();
    ++count;
    lock.unlock();
  };
  std::thread first(body);
  std::thread second(body);
  first.join();
  second.join();
  heddle::require(count == 2);
}

}  // namespace

/// Two orders of the critical sections, and no more complete executions than that.
HEDDLE_CHECK(spin_test_and_set) {
  test_and_set_lock lock;
  count_in_two_threads(lock);
}

HEDDLE_CHECK(spin_test_and_set_relaxed_unlock) {
  test_and_set_lock lock(relaxed);
  count_in_two_threads(lock);
}

/// Nobody gives the lock back.
HEDDLE_CHECK(spin_test_and_set_never_released) {
  std::atomic_flag held;
  (void)held.test_and_set(relaxed);
  while (held.test_and_set(acquire)) {
  }
}

/// The classic of the lock that gives way: fetch_or and fetch_and bring the bit back.
HEDDLE_CHECK(spin_bit_lock) {
  struct bit_lock {
    void lock() {
      while (bits.fetch_or(4, acquire) & 4) {
      }
    }
    void unlock() { bits.fetch_and(~4u, release); }
    std::atomic<unsigned> bits{3};
  } lock;
  count_in_two_threads(lock);
}

HEDDLE_CHECK(spin_compare_exchange) {
  struct exchange_lock {
    void lock() {
      for (int expected = 0; !held.compare_exchange_weak(expected, 1, acquire, relaxed);) {
        expected = 0;
      }
    }
    void unlock() { held.store(0, release); }
    std::atomic<int> held{0};
  } lock;
  count_in_two_threads(lock);
}

/// std::lock takes one mutex, tries the other, and starts again with the other.
HEDDLE_CHECK(spin_standard_lock_in_opposite_orders) {
  std::mutex a, b;
  int count = 0;
  std::thread other([&] {
    const std::scoped_lock both(a, b);
    ++count;
  });
  {
    const std::scoped_lock both(b, a);
    ++count;
  }
  other.join();
  heddle::require(count == 2);
}

/// Each takes its first mutex, finds the second taken, gives the first back and tries again: for
/// ever, if both do it in step. That is unfair, not wrong.
HEDDLE_CHECK(spin_polite_pair) {
  std::mutex a, b;
  int count = 0;
  const auto count_with_both = [&](std::mutex& mine, std::mutex& others) {
    for (;;) {
      mine.lock();
      if (others.try_lock()) break;
      mine.unlock();
    }
    ++count;
    others.unlock();
    mine.unlock();
  };
  std::thread other([&] { count_with_both(a, b); });
  count_with_both(b, a);
  other.join();
  heddle::require(count == 2);
}

/// Each time round they know more of each other: that they give way for the fourth time is not
/// followed, and heddle says so.
HEDDLE_CHECK(spin_standard_lock_twice) {
  std::mutex a, b;
  int count = 0;
  const auto count_twice = [&](std::mutex& first, std::mutex& second) {
    for (int i = 0; i < 2; ++i) {
      const std::scoped_lock both(first, second);
      ++count;
    }
  };
  std::thread other([&] { count_twice(a, b); });
  count_twice(b, a);
  other.join();
  heddle::require(count == 4);
}

/// A loop that counts its attempts takes its exit.
HEDDLE_CHECK(spin_counted_attempts) {
  std::atomic_flag held;
  (void)held.test_and_set(relaxed);
  int attempts = 0;
  while (attempts < 5 && held.test_and_set(acquire)) ++attempts;
  heddle::require(attempts < 5, "gives up");
}

/// What a loop changes for good makes each round another one.
HEDDLE_CHECK(spin_with_an_effect) {
  std::atomic<int> turns{0};
  while (turns.fetch_add(1, relaxed) < 5) {
  }
  heddle::require(turns.load(relaxed) == 6);
}

/// The same where the write is taken back: another thread may count the comings and goings of an
/// atomic object, so that each round is another one.
HEDDLE_CHECK(spin_toggles_seen_twice) {
  std::atomic<int> a{0}, done{0};
  std::thread toggler([&] {
    while (done.load() == 0) {
      a.exchange(1);
      a.store(0);
    }
  });
  const int first = a.load(), second = a.load(), third = a.load();
  done.store(1);
  toggler.join();
  heddle::require(!(first == 1 && second == 0 && third == 1), "two rounds were seen");
}
