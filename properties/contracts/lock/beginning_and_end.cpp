// GIL-8 and GIL-10: the lock of an interpreter that is not there yet, or is going.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "properties/contracts/lock/locks.hpp"

namespace {

using contracts::eager_lock;
using heddle::attach_errc;
using heddle::attach_guard;
using heddle::attached;
using heddle::detached;
using heddle::global_lock;
using heddle::try_attach;

// Either the other comes first, or it is told; also where it waits already.
HEDDLE_CHECK(gil_8_try_attach_says_finalising) {
  eager_lock lock;
  bool alive = true;
  std::thread other([&] {
    if (const auto mine = try_attach(lock))
      heddle::require(alive, "attached after the end");
    else
      heddle::require(mine.error() == attach_errc::finalising);
  });
  attach_guard guard(lock);
  lock.finalise(guard.token());
  alive = false;
  other.join();
}

HEDDLE_CHECK(gil_8_try_attach_says_finalising_with_overtaking) {
  global_lock lock;
  std::thread other([&] {
    const auto mine = try_attach(lock);
    heddle::require(static_cast<bool>(mine) || mine.error() == attach_errc::finalising);
  });
  attach_guard guard(lock);
  lock.finalise(guard.token());
  other.join();
}

// What runs at the end may detach, and comes back; others do not.
HEDDLE_CHECK(gil_8_finaliser_may_detach) {
  eager_lock lock;
  bool alive = true;
  {
    attach_guard guard(lock);
    lock.finalise(guard.token());
    std::thread other([&] { heddle::require(!try_attach(lock)); });
    detached(guard.token(), [&] { other.join(); });
    heddle::require(lock.is_attached());
    alive = false;
  }
  attach_guard again(lock);
  heddle::require(!alive);
}

// A thread that comes back from its detached work sleeps for ever.
HEDDLE_CHECK(gil_8_reattaching_sleeps_for_ever) {
  eager_lock lock;
  bool alive = true;
  std::atomic<bool> is_away{false};
  std::thread other([&] {
    attach_guard guard(lock);
    detached(guard.token(), [&] { is_away = true; });
    heddle::require(alive, "attached after the end");
  });
  while (!is_away) {
  }
  {
    attach_guard guard(lock);
    alive = false;
    lock.finalise(guard.token());
  }
  other.join();
}

HEDDLE_CHECK(gil_8_broken_comes_back) {
  std::mutex lock;
  bool alive = true;
  std::thread other([&] {
    std::lock_guard guard(lock);
    heddle::require(alive, "attached after the end");
  });
  {
    std::lock_guard guard(lock);
    alive = false;
  }
  other.join();
}

HEDDLE_CHECK(gil_8_misuse_attach_after_the_end) {
  global_lock lock;
  {
    attach_guard guard(lock);
    lock.finalise(guard.token());
  }
  std::thread other([&] { attach_guard late(lock); });
  other.join();
}

HEDDLE_CHECK(gil_8_misuse_lock_ends_while_attached) {
  auto* lock = new global_lock;
  auto* guard = new attach_guard(*lock);
  delete lock;
  delete guard;
}

// The initialisation calls what detaches; nobody sees its half.
HEDDLE_CHECK(gil_10_attach_waits_for_the_initialisation) {
  eager_lock lock(global_lock::startup::not_initialised);
  int done = 0;
  std::thread other([&] {
    attach_guard guard(lock);
    heddle::require(done == 2, "attached before the initialisation has completed");
  });
  lock.initialise([&](attached token) {
    done = 1;
    detached(token, [] {});
    done = 2;
  });
  other.join();
}

HEDDLE_CHECK(gil_10_try_attach_says_not_initialised) {
  eager_lock lock(global_lock::startup::not_initialised);
  int done = 0;
  std::thread other([&] {
    if (const auto guard = try_attach(lock))
      heddle::require(done == 2, "attached before the initialisation has completed");
    else
      heddle::require(guard.error() == attach_errc::not_initialised);
  });
  lock.initialise([&](attached token) {
    done = 1;
    detached(token, [] {});
    done = 2;
  });
  other.join();
}

HEDDLE_CHECK(gil_10_initialisation_may_fail) {
  eager_lock lock(global_lock::startup::not_initialised);
  int done = 0;
  std::thread other([&] {
    attach_guard guard(lock);
    heddle::require(done == 2);
  });
  try {
    lock.initialise([&](attached) {
      done = 1;
      throw std::runtime_error("no");
    });
    heddle::require(false, "the exception is lost");
  } catch (const std::runtime_error&) {
  }
  lock.initialise([&](attached) { done = 2; });
  other.join();
}

HEDDLE_CHECK(gil_10_initialised_once) {
  global_lock lock(global_lock::startup::not_initialised);
  lock.initialise([](attached) {});
  bool refused = false;
  try {
    lock.initialise([](attached) {});
  } catch (const std::logic_error&) {
    refused = true;
  }
  heddle::require(refused);
}

// As Py_IsInitialized once was (PyO3 pull request 5903): true half-way.
HEDDLE_CHECK(gil_10_broken_flag_before_the_work) {
  std::mutex lock;
  std::atomic<bool> initialised{false};
  int done = 0;
  std::thread other([&] {
    if (!initialised) return;
    std::lock_guard guard(lock);
    heddle::require(done == 2, "attached before the initialisation has completed");
  });
  {
    std::unique_lock guard(lock);
    initialised = true;
    done = 1;
    guard.unlock();
    guard.lock();
    done = 2;
  }
  other.join();
}

HEDDLE_CHECK(gil_10_misuse_never_initialised) {
  eager_lock lock(global_lock::startup::not_initialised);
  std::thread other([&] { attach_guard guard(lock); });
  other.join();
}

}  // namespace
