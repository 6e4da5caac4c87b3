// MX-1 to MX-4: other locks beside the global lock.
#include <atomic>
#include <condition_variable>
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <heddle/lock_attached.hpp>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "properties/contracts/lock/locks.hpp"

namespace {

using contracts::eager_lock;
using heddle::attach_guard;
using heddle::attached;
using heddle::attached_condition_variable;
using heddle::detached;
using heddle::global_lock;
using heddle::lock_attached;
using heddle::shared_lock_attached;

// The two ways to lock a mutex.
struct by_detaching {
  static auto take(attached token, std::mutex& mutex) { return lock_attached(token, mutex); }
};
struct plainly {
  static auto take(attached, std::mutex& mutex) { return std::unique_lock(mutex); }
};

// Both hold the mutex while they call what detaches.
template <class Lock, class Mine, class Theirs>
void both_call_out() {
  Lock lock;
  std::mutex mutex;
  int count = 0;
  std::thread other([&] {
    attach_guard guard(lock);
    const auto held = Theirs::take(guard.token(), mutex);
    detached(guard.token(), [] {});
    ++count;
  });
  {
    attach_guard guard(lock);
    const auto held = Mine::take(guard.token(), mutex);
    detached(guard.token(), [] {});
    ++count;
  }
  other.join();
  heddle::require(count == 2);
}

HEDDLE_CHECK(mx_1_all_detach_to_wait) { both_call_out<eager_lock, by_detaching, by_detaching>(); }
HEDDLE_CHECK(mx_1_all_detach_to_wait_with_overtaking) {
  both_call_out<global_lock, by_detaching, by_detaching>();
}
HEDDLE_CHECK(mx_1_misuse_nobody_detaches) { both_call_out<eager_lock, plainly, plainly>(); }
// PyO3 pull request 4934.
HEDDLE_CHECK(mx_1_misuse_one_does_not_detach) {
  both_call_out<eager_lock, by_detaching, plainly>();
}

HEDDLE_CHECK(mx_2_returns_with_both) {
  eager_lock lock;
  std::mutex mutex;
  std::thread other([&] {
    attach_guard guard(lock);
    const auto held = lock_attached(guard.token(), mutex);
    detached(guard.token(), [] {});
  });
  {
    attach_guard guard(lock);
    const auto held = lock_attached(guard.token(), mutex);
    heddle::require(held.owns_lock() && lock.is_attached());
  }
  other.join();
}

// Says no to whoever waits.
struct refusing_mutex {
  bool try_lock() { return false; }
  void lock() { throw std::runtime_error("no"); }
  void unlock() {}
};

HEDDLE_CHECK(mx_2_attached_after_a_refusal) {
  eager_lock lock;
  refusing_mutex mutex;
  std::thread other([&] { attach_guard guard(lock); });
  {
    attach_guard guard(lock);
    try {
      const auto held = lock_attached(guard.token(), mutex);
      heddle::require(false, "the exception is lost");
    } catch (const std::runtime_error&) {
    }
    heddle::require(lock.is_attached());
  }
  other.join();
}

// The lock is given up before the wait and not taken back after it.
HEDDLE_CHECK(mx_2_broken_returns_detached) {
  eager_lock lock;
  std::mutex mutex;
  const auto work = [&] {
    attach_guard guard(lock);
    std::unique_lock held(mutex, std::try_to_lock);
    heddle::detach_guard away(guard.token());
    if (!held) held.lock();
    heddle::require(lock.is_attached(), "returned detached");
  };
  std::thread other(work);
  work();
  other.join();
}

// An order of mutexes is still the user's.
template <bool SameOrder>
void two_mutexes() {
  eager_lock lock;
  std::mutex one;
  std::mutex two;
  std::thread other([&] {
    attach_guard guard(lock);
    const auto first = lock_attached(guard.token(), SameOrder ? one : two);
    detached(guard.token(), [] {});
    const auto second = lock_attached(guard.token(), SameOrder ? two : one);
  });
  {
    attach_guard guard(lock);
    const auto first = lock_attached(guard.token(), one);
    detached(guard.token(), [] {});
    const auto second = lock_attached(guard.token(), two);
  }
  other.join();
}

HEDDLE_CHECK(mx_3_two_mutexes_in_one_order) { two_mutexes<true>(); }
HEDDLE_CHECK(mx_3_misuse_two_mutexes_in_two_orders) { two_mutexes<false>(); }

// A thread that never was attached holds the mutex and attaches: mutex, then global lock.
template <class Mine>
void owner_attaches() {
  eager_lock lock;
  std::mutex mutex;
  int count = 0;
  std::thread other([&] {
    std::lock_guard held(mutex);
    attach_guard guard(lock);
    ++count;
  });
  {
    attach_guard guard(lock);
    const auto held = Mine::take(guard.token(), mutex);
    ++count;
  }
  other.join();
  heddle::require(count == 2);
}

HEDDLE_CHECK(mx_4_owner_of_the_mutex_attaches) { owner_attaches<by_detaching>(); }
HEDDLE_CHECK(mx_4_misuse_owner_of_the_lock_waits) { owner_attaches<plainly>(); }

HEDDLE_CHECK(mx_4_shared) {
  eager_lock lock;
  std::shared_mutex mutex;
  int count = 0;
  std::thread other([&] {
    std::lock_guard held(mutex);
    attach_guard guard(lock);
    ++count;
  });
  {
    attach_guard guard(lock);
    const auto held = shared_lock_attached(guard.token(), mutex);
    heddle::require(held.owns_lock() && lock.is_attached());
    heddle::require(count == 0 || count == 1);
  }
  other.join();
}

HEDDLE_CHECK(mx_4_misuse_shared) {
  eager_lock lock;
  std::shared_mutex mutex;
  std::thread other([&] {
    std::lock_guard held(mutex);
    attach_guard guard(lock);
  });
  {
    attach_guard guard(lock);
    std::shared_lock held(mutex);
  }
  other.join();
}

HEDDLE_CHECK(mx_4_condition_variable) {
  eager_lock lock;
  std::mutex mutex;
  attached_condition_variable changed;
  bool open = false;
  std::thread other([&] {
    attach_guard guard(lock);
    const auto held = lock_attached(guard.token(), mutex);
    open = true;
    changed.notify_one();
  });
  {
    attach_guard guard(lock);
    auto held = lock_attached(guard.token(), mutex);
    changed.wait(guard.token(), held, [&] { return open; });
    heddle::require(held.owns_lock() && lock.is_attached());
  }
  other.join();
}

HEDDLE_CHECK(mx_4_misuse_condition_variable_waited_for_attached) {
  eager_lock lock;
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::thread other([&] {
    attach_guard guard(lock);
    const auto held = lock_attached(guard.token(), mutex);
    open = true;
    changed.notify_one();
  });
  {
    attach_guard guard(lock);
    auto held = lock_attached(guard.token(), mutex);
    changed.wait(held, [&] { return open; });
  }
  other.join();
}

// The stop is requested by a thread that is attached, and ends the wait.
HEDDLE_CHECK(mx_4_condition_variable_stopped) {
  eager_lock lock;
  std::mutex mutex;
  attached_condition_variable changed;
  std::stop_source stop;
  std::thread other([&] {
    attach_guard guard(lock);
    stop.request_stop();
  });
  {
    attach_guard guard(lock);
    auto held = lock_attached(guard.token(), mutex);
    const bool open = changed.wait(guard.token(), held, stop.get_token(), [] { return false; });
    heddle::require(!open && held.owns_lock() && lock.is_attached());
  }
  other.join();
}

HEDDLE_CHECK(mx_4_misuse_condition_variable_without_the_stop) {
  eager_lock lock;
  std::mutex mutex;
  attached_condition_variable changed;
  std::stop_source stop;
  std::thread other([&] {
    attach_guard guard(lock);
    stop.request_stop();
  });
  {
    attach_guard guard(lock);
    auto held = lock_attached(guard.token(), mutex);
    changed.wait(guard.token(), held, [] { return false; });
  }
  other.join();
}

}  // namespace
