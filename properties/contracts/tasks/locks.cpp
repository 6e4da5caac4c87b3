// LCK, and what all cancellable waits promise (CW), on async_mutex: three tasks, one of which is
// cancelled at each moment.
#include <heddle/async_mutex.hpp>
#include <thread>
#include <vector>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::async_mutex;

struct counted_section {
  async_mutex mutex;
  int inside = 0;
  int entered = 0;
};

task<> enter(counted_section& section) {
  const async_mutex::guard guard = co_await section.mutex.lock();
  require(++section.inside == 1, "one owner");
  co_await checkpoint();
  --section.inside;
  ++section.entered;
}

// As `enter`, but a cancellation inside of the section leaves it, too.
task<> enter_and_leave(counted_section& section) {
  const async_mutex::guard guard = co_await section.mutex.lock();
  require(++section.inside == 1, "one owner");
  try {
    co_await checkpoint();
  } catch (const cancelled&) {
    --section.inside;
    throw;
  }
  --section.inside;
  ++section.entered;
}

HEDDLE_CHECK(lck_1_one_owner) {
  counted_section section;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    for (int count = 0; count < 3; ++count) group.spawn(enter(section));
    co_return;
  }));
  require(section.entered == 3, "everybody has been in");
}

/// Three tasks, of which the second is cancelled at any moment: before it waits, while it waits, in
/// the turn in which it is granted, in the section. The others are not disturbed, and the lock is
/// free in the end.
HEDDLE_CHECK(cw_2_cancelled_at_any_moment) {
  counted_section section;
  cancel_scope scope;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(enter(section));
    group.spawn(within(scope, enter_and_leave(section)));
    group.spawn(enter(section));
    co_await turns(heddle::choose(4));
    scope.cancel();
  }));
  require(section.entered == (scope.caught() ? 2 : 3), "who was not cancelled has been in");
  require(section.mutex.try_lock().has_value(), "the lock is free in the end");
}

/// Two that wait are cancelled, in both orders and together.
HEDDLE_CHECK(cw_6_two_cancelled) {
  counted_section section;
  cancel_scope first, second;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(enter(section));
    group.spawn(within(first, enter_and_leave(section)));
    group.spawn(within(second, enter_and_leave(section)));
    co_await turns(heddle::choose(3));
    first.cancel();
    co_await turns(heddle::choose(2));
    second.cancel();
  }));
  require(section.entered == 3 - (first.caught() ? 1 : 0) - (second.caught() ? 1 : 0),
          "each was cancelled or has been in");
  require(section.mutex.try_lock().has_value(), "the lock is free in the end");
}

/// The grant is decided when the lock is handed over: who is cancelled after that owns it.
HEDDLE_CHECK(cw_5_granted_then_cancelled) {
  async_mutex mutex;
  cancel_scope scope;
  bool owned = false;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    async_mutex::guard guard = co_await mutex.lock();
    group.spawn(within(scope, [](async_mutex& mutex, bool& owned) -> task<> {
      const async_mutex::guard mine = co_await mutex.lock();
      owned = true;
      co_await checkpoint();
      require(false, "the cancellation comes at the next checkpoint");
    }(mutex, owned)));
    co_await turns(2);
    guard.unlock();
    scope.cancel();
  }));
  require(owned && scope.caught(), "it had the lock, and then it was cancelled");
  require(mutex.try_lock().has_value(), "its guard gave it back");
}

HEDDLE_CHECK(cw_8_cancelled_does_not_own) {
  async_mutex mutex;
  cancel_scope scope;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    const async_mutex::guard guard = co_await mutex.lock();
    group.spawn(within(scope, [](async_mutex& mutex) -> task<> {
      const async_mutex::guard never = co_await mutex.lock();
      require(false, "it is not granted");
    }(mutex)));
    co_await turns(2);
    scope.cancel();
    co_await turns(2);
    require(!mutex.try_lock().has_value(), "the first still owns it");
  }));
  require(scope.caught() && mutex.try_lock().has_value(), "free in the end");
}

task<> note(async_mutex& mutex, std::vector<int>& order, int me, int times) {
  for (; times != 0; --times) {
    const async_mutex::guard guard = co_await mutex.lock();
    order.push_back(me);
    co_await checkpoint();
  }
}

/// Who releases and locks again comes after who was waiting.
HEDDLE_CHECK(lck_3_first_come_first_served) {
  async_mutex mutex;
  std::vector<int> order;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(note(mutex, order, 0, 2));
    group.spawn(note(mutex, order, 1, 2));
    co_return;
  }));
  require(order == std::vector<int>{0, 1, 0, 1}, "they take turns");
}

HEDDLE_CHECK(lck_3_a_latecomer_does_not_overtake) {
  async_mutex mutex;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    async_mutex::guard guard = co_await mutex.lock();
    std::vector<int> order;
    group.spawn(note(mutex, order, 1, 1));
    co_await checkpoint();
    guard.unlock();
    require(!mutex.try_lock().has_value(), "it was handed to who waited");
    co_await turns(2);
    require(order.size() == 1, "who has been in");
  }));
}

HEDDLE_CHECK(lck_4_an_owner_that_ends_gives_it_back) {
  async_mutex mutex;
  event_loop loop;
  try {
    loop.run([](async_mutex& mutex) -> task<> {
      const async_mutex::guard guard = co_await mutex.lock();
      throw failure();
    }(mutex));
  } catch (const failure&) {
  }
  require(mutex.try_lock().has_value(), "it is free");
}

/// Not recursive: who locks it twice waits for itself, and is told.
HEDDLE_CHECK(lck_5_locked_twice_by_one) {
  async_mutex mutex;
  event_loop loop;
  loop.run([](async_mutex& mutex) -> task<> {
    const async_mutex::guard first = co_await mutex.lock();
    const async_mutex::guard second = co_await mutex.lock();
  }(mutex));
}

task<> add(async_mutex& mutex, int& sum) {
  const async_mutex::guard guard = co_await mutex.lock();
  ++sum;
}

/// Two loops on two threads share a lock; what one does inside of it happens before what the other
/// does.
HEDDLE_CHECK(cw_7_release_happens_before_the_next_owner) {
  async_mutex mutex;
  int sum = 0;
  auto user = [&] {
    event_loop loop;
    loop.run(add(mutex, sum));
  };
  std::thread other(user);
  user();
  other.join();
  require(sum == 2, "both have been in");
}

/// The same without the lock, to see that it would be noticed.
HEDDLE_CHECK(cw_7_without_the_lock) {
  int sum = 0;
  auto user = [&] {
    event_loop loop;
    loop.run([](int& sum) -> task<> {
      co_await checkpoint();
      ++sum;
    }(sum));
  };
  std::thread other(user);
  user();
  other.join();
}

/// A grant by one thread and a cancellation by another: one of the two wins, and the lock is free.
HEDDLE_CHECK(cw_1_granted_and_cancelled_by_two_threads) {
  async_mutex mutex;
  cancel_scope scope;
  bool owned = false;
  auto first = mutex.try_lock();
  std::thread releaser([&] { first->unlock(); });
  std::thread canceller([&] { scope.cancel(); });
  event_loop loop;
  loop.run(within(scope, [](async_mutex& mutex, bool& owned) -> task<> {
    const async_mutex::guard guard = co_await mutex.lock();
    owned = true;
  }(mutex, owned)));
  releaser.join();
  canceller.join();
  require(owned != scope.caught(), "it was granted or cancelled");
  require(mutex.try_lock().has_value(), "the lock is free in the end");
}

}  // namespace
}  // namespace contracts
