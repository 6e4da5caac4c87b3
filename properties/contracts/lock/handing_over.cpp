// GIL-9: a thread that waits attaches at last, or gives up when it is told to.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <stop_token>
#include <thread>

#include "properties/contracts/lock/locks.hpp"

namespace {

using contracts::eager_lock;
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

HEDDLE_CHECK(gil_9_detaching_hands_over) {
  eager_lock lock;
  bool come = false;
  std::thread other([&] {
    attach_guard mine(lock);
    come = true;
  });
  for (;;) {
    attach_guard guard(lock);
    if (come) break;
  }
  other.join();
}

// The one that was told of the free lock gives up: the other must be told.
HEDDLE_CHECK(gil_9_stopped_waiter_passes_the_lock_on) {
  global_lock lock;
  std::stop_source stop;
  int count = 0;
  attach_guard guard(lock);
  std::thread stopped([&] {
    if (const auto mine = try_attach(lock, stop.get_token())) ++count;
  });
  stop.request_stop();
  heddle::detached(guard.token(), [&] { stopped.join(); });
  heddle::require(count <= 1);
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
