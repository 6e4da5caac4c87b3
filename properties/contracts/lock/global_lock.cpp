// GIL-1 to GIL-4 and GIL-6: who is attached, what that orders, nesting, and detaching.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "properties/contracts/lock/locks.hpp"

namespace {

using contracts::eager_lock;
using heddle::attach_guard;
using heddle::attached;
using heddle::detach_guard;
using heddle::detached;
using heddle::global_lock;

// Nobody else is inside; the orders give away nothing.
class room {
 public:
  void visit() {
    heddle::require(inside_.fetch_add(1, std::memory_order_relaxed) == 0, "two are attached");
    inside_.fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  std::atomic<int> inside_{0};
};

template <class Lock>
void two_visit() {
  Lock lock;
  room shared;
  std::thread other([&] {
    attach_guard guard(lock);
    shared.visit();
  });
  {
    attach_guard guard(lock);
    shared.visit();
    detached(guard.token(), [] {});
    shared.visit();
  }
  other.join();
}

HEDDLE_CHECK(gil_1_one_at_a_time) { two_visit<eager_lock>(); }
HEDDLE_CHECK(gil_1_one_at_a_time_with_overtaking) { two_visit<global_lock>(); }

HEDDLE_CHECK(gil_1_one_at_a_time_of_three) {
  eager_lock lock;
  room shared;
  const auto visit = [&] {
    attach_guard guard(lock);
    shared.visit();
  };
  std::thread second(visit);
  std::thread third(visit);
  visit();
  second.join();
  third.join();
}

// Looking and taking are two steps.
HEDDLE_CHECK(gil_1_broken_look_then_take) {
  std::atomic<bool> held{false};
  room shared;
  const auto visit = [&] {
    while (held.load()) {
    }
    held.store(true);
    shared.visit();
    held.store(false);
  };
  std::thread other(visit);
  visit();
  other.join();
}

// What is written by plain stores is seen by whoever attaches next.
template <class Lock>
void two_count() {
  Lock lock;
  int count = 0;
  std::thread other([&] {
    attach_guard guard(lock);
    ++count;
  });
  {
    attach_guard guard(lock);
    ++count;
    lock.poll(guard.token());
    ++count;
  }
  other.join();
  heddle::require(count == 3);
}

HEDDLE_CHECK(gil_2_release_before_acquire) { two_count<eager_lock>(); }
HEDDLE_CHECK(gil_2_release_before_acquire_with_overtaking) { two_count<global_lock>(); }

template <class Lock>
void three_count() {
  Lock lock;
  int count = 0;
  const auto add = [&] {
    attach_guard guard(lock);
    ++count;
  };
  std::thread second(add);
  std::thread third(add);
  add();
  second.join();
  third.join();
  heddle::require(count == 3);
}

HEDDLE_CHECK(gil_2_release_before_acquire_of_three) { three_count<eager_lock>(); }
// Where one overtakes another in the queue, nothing but the lock's state orders it.
HEDDLE_CHECK(gil_2_release_before_acquire_of_three_with_overtaking) { three_count<global_lock>(); }

HEDDLE_CHECK(gil_2_broken_released_relaxed) {
  std::atomic_flag held;
  int count = 0;
  const auto add = [&] {
    while (held.test_and_set(std::memory_order_acquire)) {
    }
    ++count;
    held.clear(std::memory_order_relaxed);
  };
  std::thread other(add);
  add();
  other.join();
}

HEDDLE_CHECK(gil_3_nesting_never_waits) {
  eager_lock lock;
  int count = 0;
  const auto nest = [&] {
    attach_guard outer(lock);
    ++count;
    {
      attach_guard inner(lock);
      ++count;
    }
    heddle::require(lock.is_attached(), "the end of an inner guard detaches");
    ++count;
  };
  std::thread other(nest);
  nest();
  heddle::require(!lock.is_attached(), "the end of the outer guard does not detach");
  other.join();
}

HEDDLE_CHECK(gil_3_broken_without_a_count) {
  std::mutex lock;
  std::lock_guard outer(lock);
  std::lock_guard inner(lock);
}

HEDDLE_CHECK(gil_3_misuse_guards_out_of_order) {
  global_lock lock;
  auto* outer = new attach_guard(lock);
  auto* inner = new attach_guard(lock);
  delete outer;
  delete inner;
}

// An inner resource of the interpreter outlives the attaching.
HEDDLE_CHECK(gil_3_misuse_guard_ends_while_detached) {
  global_lock lock;
  auto* guard = new attach_guard(lock);
  detach_guard away(guard->token());
  delete guard;
}

HEDDLE_CHECK(gil_3_misuse_second_lock) {
  global_lock lock;
  global_lock second;
  attach_guard guard(lock);
  attach_guard another(second);
}

HEDDLE_CHECK(gil_4_detach_restores_after_return) {
  eager_lock lock;
  int count = 0;
  std::thread other([&] {
    attach_guard guard(lock);
    ++count;
  });
  {
    attach_guard outer(lock);
    attach_guard inner(lock);
    const int seven = detached(inner.token(), [&] {
      heddle::require(!attached::is_current(), "attached while detached");
      return 7;
    });
    heddle::require(seven == 7 && lock.is_attached());
    ++count;
  }
  heddle::require(!lock.is_attached(), "attached more often than before");
  other.join();
}

HEDDLE_CHECK(gil_4_detach_restores_after_exception) {
  eager_lock lock;
  int count = 0;
  std::thread other([&] {
    attach_guard guard(lock);
    ++count;
  });
  {
    attach_guard guard(lock);
    try {
      detached(guard.token(), [] { throw std::runtime_error("out"); });
      heddle::require(false, "the exception is lost");
    } catch (const std::runtime_error&) {
    }
    heddle::require(lock.is_attached(), "an exception leaves the thread detached");
    ++count;
  }
  other.join();
}

HEDDLE_CHECK(gil_4_reattach_ends_the_detaching) {
  eager_lock lock;
  int count = 0;
  std::thread other([&] {
    attach_guard guard(lock);
    ++count;
  });
  {
    attach_guard guard(lock);
    {
      detach_guard away(guard.token());
      away.reattach();
      ++count;
    }
    ++count;
  }
  other.join();
  heddle::require(count == 3);
}

// As PyO3's allow_threads once did (issue 912): no guard.
HEDDLE_CHECK(gil_4_broken_exception_leaves_detached) {
  std::mutex lock;
  int count = 0;
  std::thread other([&] {
    std::lock_guard guard(lock);
    ++count;
  });
  lock.lock();
  try {
    lock.unlock();
    throw std::runtime_error("out");
    lock.lock();
  } catch (const std::runtime_error&) {
    ++count;  // the thread believes that it is attached
  }
  other.join();
}

HEDDLE_CHECK(gil_4_misuse_token_used_while_detached) {
  global_lock lock;
  attach_guard guard(lock);
  const attached token = guard.token();
  detach_guard away(token);
  detach_guard again(token);
}

HEDDLE_CHECK(gil_4_misuse_detach_guard_ends_while_attached) {
  global_lock lock;
  attach_guard guard(lock);
  auto* away = new detach_guard(guard.token());
  attach_guard inside(lock);
  delete away;
}

HEDDLE_CHECK(gil_6_join_detached) {
  eager_lock lock;
  attach_guard guard(lock);
  std::thread worker([&] { attach_guard mine(lock); });
  detached(guard.token(), [&] { worker.join(); });
}

HEDDLE_CHECK(gil_6_misuse_join_attached) {
  eager_lock lock;
  attach_guard guard(lock);
  std::thread worker([&] { attach_guard mine(lock); });
  worker.join();
}

}  // namespace
