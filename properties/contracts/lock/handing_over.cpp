// GIL-9: a thread that waits attaches at last, or gives up when it is told to.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <mutex>
#include <stop_token>
#include <thread>

#include "properties/contracts/lock/locks.hpp"

namespace {

using contracts::eager_lock;
using contracts::patient_lock;
using heddle::attach_errc;
using heddle::attach_guard;
using heddle::global_lock;
using heddle::try_attach;

template <class Lock>
void poll_until_the_other_has_come() {
  Lock lock;
  bool come = false;
  attach_guard guard(lock);
  std::thread other([&] {
    attach_guard mine(lock);
    come = true;
  });
  while (!come) lock.poll(guard.token());
  heddle::detached(guard.token(), [&] { other.join(); });
}

HEDDLE_CHECK(gil_9_poll_hands_over) { poll_until_the_other_has_come<eager_lock>(); }

HEDDLE_CHECK(gil_9_misuse_without_poll) {
  eager_lock lock;
  std::atomic<bool> come{false};
  attach_guard guard(lock);
  std::thread other([&] {
    attach_guard mine(lock);
    come = true;
  });
  while (!come) {
  }
  other.join();
}

// Each release tells the first in the queue, or knows that it has been told.
HEDDLE_CHECK(gil_9_release_tells_the_first) {
  patient_lock lock;
  int come = 0;
  const auto visit = [&] {
    attach_guard guard(lock);
    ++come;
  };
  std::thread second(visit);
  std::thread third(visit);
  visit();
  second.join();
  third.join();
  heddle::require(come == 3);
}

HEDDLE_CHECK(gil_9_detaching_tells_the_first) {
  patient_lock lock;
  int come = 0;
  std::thread other([&] {
    attach_guard guard(lock);
    ++come;
  });
  {
    attach_guard guard(lock);
    ++come;
    heddle::detached(guard.token(), [] {});
    ++come;
  }
  other.join();
  heddle::require(come == 3);
}

// Once it is wanted the lock goes to who waits, not back to who had it.
template <class Lock, bool Polls>
void nobody_overtakes_who_is_overdue() {
  Lock lock;
  bool come = false;
  {
    attach_guard guard(lock);
    std::thread other([&] {
      attach_guard mine(lock);
      come = true;
    });
    const bool wanted = lock.is_wanted();
    if constexpr (Polls)
      lock.poll(guard.token());
    else
      heddle::detached(guard.token(), [] {});
    heddle::require(come || !wanted, "overtaken");
    heddle::detached(guard.token(), [&] { other.join(); });
  }
  heddle::require(come);
}

HEDDLE_CHECK(gil_9_detaching_hands_over) { nobody_overtakes_who_is_overdue<eager_lock, false>(); }
HEDDLE_CHECK(gil_9_detaching_hands_over_in_time) {
  nobody_overtakes_who_is_overdue<global_lock, false>();
}
HEDDLE_CHECK(gil_9_poll_hands_over_in_time) {
  nobody_overtakes_who_is_overdue<global_lock, true>();
}

// What a lock does that is given to whoever comes first: who had it comes first.
HEDDLE_CHECK(gil_9_broken_overtaken) {
  std::mutex lock;
  std::atomic<bool> waits{false};
  bool come = false;
  lock.lock();
  std::thread other([&] {
    waits = true;
    lock.lock();
    come = true;
    lock.unlock();
  });
  const bool wanted = waits;
  lock.unlock();
  lock.lock();
  heddle::require(come || !wanted, "overtaken");
  lock.unlock();
  other.join();
}

// One gives up while it is in the queue, perhaps just when it has been told that the lock is free:
// the next must be told.
template <class Lock>
void one_gives_up() {
  Lock lock;
  std::stop_source stop;
  stop.request_stop();
  int count = 0;
  attach_guard guard(lock);
  std::thread stopped([&] {
    if (const auto mine = try_attach(lock, stop.get_token())) ++count;
  });
  std::thread other([&] {
    attach_guard mine(lock);
    ++count;
  });
  heddle::detached(guard.token(), [&] {
    stopped.join();
    other.join();
  });
  heddle::require(count == 1 || count == 2);
}

HEDDLE_CHECK(gil_9_stopped_waiter_tells_the_next) { one_gives_up<patient_lock>(); }
HEDDLE_CHECK(gil_9_stopped_waiter_passes_the_lock_on) { one_gives_up<eager_lock>(); }
HEDDLE_CHECK(gil_9_stopped_waiter_passes_the_lock_on_with_overtaking) {
  one_gives_up<global_lock>();
}

HEDDLE_CHECK(gil_9_stop_ends_the_wait) {
  eager_lock lock;
  std::stop_source stop;
  attach_guard guard(lock);
  std::thread other([&] {
    const auto mine = try_attach(lock, stop.get_token());
    heddle::require(!mine && mine.error() == attach_errc::stopped);
  });
  stop.request_stop();
  other.join();
}

HEDDLE_CHECK(gil_9_misuse_wait_that_cannot_be_stopped) {
  eager_lock lock;
  std::stop_source stop;
  attach_guard guard(lock);
  std::thread other([&] { attach_guard mine(lock); });
  stop.request_stop();
  other.join();
}

HEDDLE_CHECK(gil_9_free_lock_wins_over_the_stop) {
  global_lock lock;
  std::stop_source stop;
  stop.request_stop();
  const auto guard = try_attach(lock, stop.get_token());
  heddle::require(static_cast<bool>(guard) && lock.is_attached());
}

}  // namespace
