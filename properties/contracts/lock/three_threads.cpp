// With three threads, what the other files here check with two and what stays small enough. Those
// of the lock itself and of safepoints stand in theirs.
#include <heddle/check.hpp>
#include <heddle/deferred_operations.hpp>
#include <heddle/global_lock.hpp>
#include <heddle/lock_attached.hpp>
#include <mutex>
#include <thread>

#include "properties/contracts/lock/locks.hpp"

namespace {

using contracts::eager_lock;
using heddle::attach_guard;

template <class Function>
void three_times(Function&& function) {
  std::thread second(function);
  std::thread third(function);
  function();
  second.join();
  third.join();
}

HEDDLE_CHECK(mx_2_returns_with_both_of_three) {
  eager_lock lock;
  std::mutex mutex;
  int count = 0;
  three_times([&] {
    attach_guard guard(lock);
    const auto held = heddle::lock_attached(guard.token(), mutex);
    ++count;
  });
  heddle::require(count == 3);
}

// Two leave something, and the third takes what is there.
HEDDLE_CHECK(rp_1_two_post_and_one_drains) {
  eager_lock lock;
  heddle::deferred_operations list;
  int applied = 0;
  const auto post = [&] { list.post([&]() noexcept { ++applied; }); };
  std::thread second(post);
  std::thread third(post);
  {
    attach_guard guard(lock);
    list.drain(guard.token());
  }
  second.join();
  third.join();
  attach_guard guard(lock);
  list.drain(guard.token());
  heddle::require(applied == 2);
}

HEDDLE_CHECK(gil_4_two_come_while_one_is_detached) {
  eager_lock lock;
  int count = 0;
  const auto add = [&] {
    attach_guard guard(lock);
    ++count;
  };
  std::thread second(add);
  std::thread third(add);
  {
    attach_guard guard(lock);
    heddle::detached(guard.token(), [] {});
    heddle::require(lock.is_attached());
    ++count;
  }
  second.join();
  third.join();
  heddle::require(count == 3);
}

}  // namespace
