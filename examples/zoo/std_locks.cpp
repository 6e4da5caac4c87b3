// Locks and flags of the standard library that properties/facilities does not have: several mutexes
// at once, recursion, tries, a flag to wait on. Each beside a sibling with one flaw.
#include <atomic>
#include <chrono>
#include <heddle/check.hpp>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace {

using namespace std::chrono_literals;

/// scoped_lock takes both, whatever their order, and never holds one while it waits.
HEDDLE_CHECK(std_scoped_lock_crossed) {
  std::mutex one, two;
  int count = 0;
  std::thread other([&] {
    std::scoped_lock both(two, one);
    ++count;
  });
  {
    std::scoped_lock both(one, two);
    ++count;
  }
  other.join();
  heddle::require(count == 2);
}

HEDDLE_CHECK(std_scoped_lock_one_by_one) {
  std::mutex one, two;
  std::thread other([&] {
    std::scoped_lock second(two);
    std::scoped_lock first(one);
  });
  {
    std::scoped_lock first(one);
    std::scoped_lock second(two);
  }
  other.join();
}

HEDDLE_CHECK(std_unique_lock_handed_over) {
  std::mutex mutex;
  int count = 0;
  auto locked = [&] { return std::unique_lock(mutex); };
  std::thread other([&] {
    auto lock = locked();
    ++count;
  });
  {
    auto lock = locked();
    ++count;
  }
  other.join();
  heddle::require(count == 2);
}

HEDDLE_CHECK(std_unique_lock_let_go_too_early) {
  std::mutex mutex;
  int count = 0;
  auto increment = [&] {
    std::unique_lock lock(mutex);
    lock.unlock();
    ++count;
  };
  std::thread other(increment);
  increment();
  other.join();
}

HEDDLE_CHECK(std_unique_lock_unlocked_twice) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  lock.unlock();
  lock.unlock();
}

HEDDLE_CHECK(std_recursive_mutex_recurs) {
  std::recursive_mutex mutex;
  int count = 0;
  auto twice = [&] {
    std::scoped_lock outer(mutex);
    ++count;
    std::scoped_lock inner(mutex);
    ++count;
  };
  std::thread other(twice);
  twice();
  other.join();
  heddle::require(count == 4);
}

HEDDLE_CHECK(std_recursive_mutex_unlocked_once_too_few) {
  std::recursive_mutex mutex;
  std::thread other([&] {
    std::scoped_lock lock(mutex);
    mutex.lock();
  });
  other.join();
  mutex.lock();
  mutex.unlock();
}

HEDDLE_CHECK(std_try_lock_of_two) {
  std::mutex one, two;
  int count = 0;
  auto attempt = [&] {
    if (std::try_lock(one, two) != -1) return;
    ++count;
    one.unlock();
    two.unlock();
  };
  std::thread other(attempt);
  attempt();
  other.join();
  heddle::require(count == 1 || count == 2, "who comes first gets both");
}

HEDDLE_CHECK(std_try_lock_not_asked) {
  std::mutex mutex;
  int count = 0;
  auto increment = [&] {
    std::unique_lock lock(mutex, std::try_to_lock);
    ++count;
  };
  std::thread other(increment);
  increment();
  other.join();
}

HEDDLE_CHECK(std_shared_timed_mutex_both_ways) {
  std::shared_timed_mutex mutex;
  int value = 0;
  std::thread writer([&] {
    std::unique_lock lock(mutex);
    value = 1;
  });
  {
    std::shared_lock lock(mutex, 1s);
    if (lock.owns_lock()) heddle::require(value == 0 || value == 1);
  }
  writer.join();
}

HEDDLE_CHECK(std_shared_timed_mutex_is_always_in_time) {
  std::shared_timed_mutex mutex;
  std::thread writer([&] { std::unique_lock lock(mutex); });
  std::shared_lock lock(mutex, 1s);
  heddle::require(lock.owns_lock(), "it is late");
  lock.unlock();
  writer.join();
}

class flag_lock {
 public:
  void lock() {
    while (flag_.test_and_set(std::memory_order_acquire)) {
      flag_.wait(true, std::memory_order_relaxed);
    }
  }
  void unlock() {
    flag_.clear(std::memory_order_release);
    flag_.notify_one();
  }
  void unlock_silently() { flag_.clear(std::memory_order_release); }

 private:
  std::atomic_flag flag_;
};

HEDDLE_CHECK(std_atomic_flag_as_a_lock) {
  flag_lock lock;
  int count = 0;
  auto increment = [&] {
    std::scoped_lock held(lock);
    ++count;
  };
  std::thread other(increment);
  increment();
  other.join();
  heddle::require(count == 2);
}

HEDDLE_CHECK(std_atomic_flag_not_notified) {
  flag_lock lock;
  auto visit = [&] {
    lock.lock();
    lock.unlock_silently();
  };
  std::thread other(visit);
  visit();
  other.join();
}

}  // namespace
