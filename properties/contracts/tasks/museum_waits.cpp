// Known bugs of cancellable waits, each a small copy of the mistake, beside its cure. The other
// cure is in the primitives: a grant that is decided when it is made (locks.cpp, waits.cpp,
// channels.cpp).
#include "properties/contracts/tasks/edge_cancellation.hpp"

namespace contracts {
namespace {

using heddle::async_event;

/// asyncio.Lock before bpo-27585: a waiter that is woken and then cancelled drops the wake-up.
struct edge_lock {
  explicit edge_lock(bool forwards) : forwards(forwards) {}
  const bool forwards;
  bool locked = false;
  edge_waiters waiters;

  task<> acquire(edge_task& me) {
    if (!locked && waiters.futures.empty()) {
      locked = true;
      co_return;
    }
    async_event future;
    waiters.futures.push_back(&future);
    try {
      co_await wait_as(me, future);
    } catch (const cancelled&) {
      waiters.remove(future);
      if (forwards && !locked) waiters.wake_first();
      throw;
    }
    waiters.remove(future);
    locked = true;
  }
  void release() {
    locked = false;
    waiters.wake_first();
  }
};

task<> lock_and_release(edge_lock& lock, edge_task& me) {
  co_await lock.acquire(me);
  co_await checkpoint();
  lock.release();
}

// Two wait; the first is cancelled at any moment, also in the turn in which it is woken.
void woken_and_cancelled(bool forwards) {
  edge_lock lock(forwards);
  edge_task owner, first, second;
  bool inside = false;
  auto waiter = [&]() -> task<> {
    co_await lock.acquire(first);
    inside = true;
    co_await checkpoint();
    inside = false;
    lock.release();
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    co_await lock.acquire(owner);
    group.spawn(forgetting(waiter()));
    group.spawn(lock_and_release(lock, second));
    co_await turns(heddle::choose(3));
    lock.release();
    if (!inside) first.cancel();
  }));
  require(!lock.locked, "it is free in the end");
}

HEDDLE_CHECK(m30_lock_drops_the_wake_up) { woken_and_cancelled(false); }
HEDDLE_CHECK(m30_cure_passed_on) { woken_and_cancelled(true); }

/// asyncio.Semaphore of Python 3.9.18 (gh-90155): a flag that says that a wake-up is under way,
/// which stays up when the woken waiter is cancelled.
struct edge_semaphore {
  explicit edge_semaphore(bool clears_flag) : clears_flag(clears_flag) {}
  const bool clears_flag;
  int value = 1;
  bool under_way = false;
  edge_waiters waiters;

  task<> acquire(edge_task& me) {
    while (under_way || value == 0) {
      async_event future;
      waiters.futures.push_back(&future);
      try {
        co_await wait_as(me, future);
        waiters.remove(future);
        under_way = false;
      } catch (const cancelled&) {
        waiters.remove(future);
        if (clears_flag && future.is_set()) under_way = false;
        wake();
        throw;
      }
    }
    --value;
  }
  void wake() {
    if (waiters.wake_first()) under_way = true;
  }
  void release() {
    ++value;
    wake();
  }
};

void newcomer_after_a_cancelled_waiter(bool clears_flag) {
  edge_semaphore semaphore(clears_flag);
  edge_task owner, waiter, newcomer;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    co_await semaphore.acquire(owner);
    group.spawn(forgetting(semaphore.acquire(waiter)));
    co_await turns(2);
    semaphore.release();
    waiter.cancel();
    co_await turns(3);
    require(semaphore.value == 1, "there is a permit");
    co_await semaphore.acquire(newcomer);
  }));
}

HEDDLE_CHECK(m32_semaphore_flag_stays_up) { newcomer_after_a_cancelled_waiter(false); }
HEDDLE_CHECK(m32_cure_flag_is_lowered) { newcomer_after_a_cancelled_waiter(true); }

/// asyncio.Condition before bpo-22970: cancelled while it takes the lock again, it returns without.
struct edge_condition {
  edge_lock lock{true};
  edge_waiters waiters;

  task<> wait(edge_task& me, bool insists) {
    lock.release();
    async_event future;
    waiters.futures.push_back(&future);
    std::exception_ptr lost;
    try {
      co_await wait_as(me, future);
    } catch (const cancelled&) {
      lost = std::current_exception();
    }
    waiters.remove(future);
    for (bool again = true; again;) {
      again = false;
      try {
        co_await lock.acquire(me);
      } catch (const cancelled&) {
        lost = std::current_exception();
        again = insists;
      }
    }
    if (lost) std::rethrow_exception(lost);
  }
};

void cancelled_while_it_locks_again(bool insists) {
  edge_condition condition;
  edge_task waiter, notifier;
  bool ended = false;
  auto wait = [&]() -> task<> {
    co_await condition.lock.acquire(waiter);
    try {
      co_await condition.wait(waiter, insists);
    } catch (const cancelled&) {
    }
    require(condition.lock.locked, "it returns without the lock");
    condition.lock.release();
    ended = true;
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(wait());
    co_await turns(3);
    co_await condition.lock.acquire(notifier);
    condition.waiters.wake_first();
    co_await turns(2);
    if (!ended) waiter.cancel();
    condition.lock.release();
  }));
}

HEDDLE_CHECK(m33_condition_returns_without_the_lock) { cancelled_while_it_locks_again(false); }
HEDDLE_CHECK(m33_cure_locks_until_it_has_it) { cancelled_while_it_locks_again(true); }

/// asyncio.Condition before gh-112202: a notification whose receiver is cancelled in the same turn.
void notified_and_cancelled(bool passes_on) {
  edge_waiters waiters;
  edge_task first, second;
  auto wait = [&](edge_task& me) -> task<> {
    async_event future;
    waiters.futures.push_back(&future);
    try {
      co_await wait_as(me, future);
    } catch (const cancelled&) {
      waiters.remove(future);
      if (passes_on) waiters.wake_first();
      throw;
    }
    waiters.remove(future);
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(forgetting(wait(first)));
    group.spawn(wait(second));
    co_await turns(2);
    waiters.wake_first();
    first.cancel();
  }));
}

HEDDLE_CHECK(m34_notification_lost) { notified_and_cancelled(false); }
HEDDLE_CHECK(m34_cure_passed_on) { notified_and_cancelled(true); }

/// asyncio.Queue before bpo-23812: the item is there, and the second getter sleeps on.
void item_for_a_cancelled_getter(bool passes_on) {
  edge_waiters getters;
  edge_task first, second;
  int items = 0, taken = 0;
  auto get = [&](edge_task& me) -> task<> {
    while (items == 0) {
      async_event future;
      getters.futures.push_back(&future);
      try {
        co_await wait_as(me, future);
      } catch (const cancelled&) {
        getters.remove(future);
        if (passes_on && items != 0) getters.wake_first();
        throw;
      }
      getters.remove(future);
    }
    --items;
    ++taken;
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(forgetting(get(first)));
    group.spawn(get(second));
    co_await turns(2);
    ++items;
    getters.wake_first();
    first.cancel();
  }));
  require(taken == 1 && items == 0, "the second has it");
}

HEDDLE_CHECK(m35_queue_item_lost) { item_for_a_cancelled_getter(false); }
HEDDLE_CHECK(m35_cure_passed_on) { item_for_a_cancelled_getter(true); }

}  // namespace
}  // namespace contracts
