// CW, LCK, CND, SEM with one thing broken, beside the same without the mistake (`_cure_`). The
// contracts themselves: locks.cpp, waits.cpp.
#include <algorithm>
#include <deque>
#include <heddle/async_condition_variable.hpp>
#include <heddle/async_mutex.hpp>
#include <heddle/async_semaphore.hpp>
#include <heddle/shielded.hpp>
#include <vector>

#include "properties/contracts/tasks/edge_cancellation.hpp"

namespace contracts {
namespace {

using heddle::async_event;
using heddle::async_mutex;
using heddle::async_semaphore;

/// CW-3: what is given back is handed to who waits, and is there for who comes, too.
void given_back_once(bool to_one) {
  std::deque<async_event*> waiting;
  int permits = 1, inside = 0;
  auto acquire = [&]() -> task<> {
    if (permits == 0) {
      async_event turn;
      waiting.push_back(&turn);
      co_await turn.wait();
    } else {
      --permits;
    }
  };
  auto release = [&] {
    if (waiting.empty() || !to_one) ++permits;
    if (waiting.empty()) return;
    async_event* const next = waiting.front();
    waiting.pop_front();
    next->set();
  };
  auto user = [&]() -> task<> {
    co_await acquire();
    require(++inside == 1, "one permit for two");
    co_await checkpoint();
    --inside;
    release();
  };
  in_group([&](task_group& group) -> task<> {
    for (int count = 0; count != 3; ++count) group.spawn(user());
    co_return;
  });
}

HEDDLE_CHECK(cw_3_broken_handed_over_and_free) { given_back_once(false); }
HEDDLE_CHECK(cw_3_cure_handed_over_or_free) { given_back_once(true); }

/// CW-4: who is cancelled leaves the queue, and the last one takes its place in it. Any of three is
/// cancelled, at any moment.
void leaving_the_queue(bool the_others_move_up) {
  std::vector<async_event*> queue;
  std::vector<int> served;
  cancel_scope scope;
  auto leave = [&](async_event& turn) {
    const auto place = std::find(queue.begin(), queue.end(), &turn);
    if (place == queue.end()) return;
    if (the_others_move_up) {
      queue.erase(place);
    } else {
      *place = queue.back();
      queue.pop_back();
    }
  };
  auto wait = [&](int me) -> task<> {
    async_event turn;
    queue.push_back(&turn);
    try {
      co_await turn.wait();
    } catch (const cancelled&) {
      leave(turn);
      throw;
    }
    served.push_back(me);
  };
  const int loser = static_cast<int>(heddle::choose(3));
  in_one_order([&](task_group& group) -> task<> {
    for (int me = 0; me != 3; ++me) {
      group.spawn(me == loser ? within(scope, wait(me)) : wait(me));
    }
    co_await cancel_sometime(scope, 3);
    co_await turns(2);
    while (!queue.empty()) {
      async_event* const next = queue.front();
      queue.erase(queue.begin());
      next->set();
    }
  });
  require(std::is_sorted(served.begin(), served.end()), "who came later is served first");
}

HEDDLE_CHECK(cw_4_broken_the_last_takes_its_place) { leaving_the_queue(false); }
HEDDLE_CHECK(cw_4_cure_the_others_move_up) { leaving_the_queue(true); }

/// LCK-1: a turn for the others between looking and taking.
void looking_and_taking(bool in_one_turn) {
  bool locked = false;
  int inside = 0;
  auto user = [&]() -> task<> {
    if (locked) co_return;
    if (!in_one_turn) co_await checkpoint();
    locked = true;
    require(++inside == 1, "two owners");
    co_await checkpoint();
    --inside;
    locked = false;
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(user());
    group.spawn(user());
    co_return;
  });
}

HEDDLE_CHECK(lck_1_broken_a_turn_in_between) { looking_and_taking(false); }
HEDDLE_CHECK(lck_1_cure_in_one_turn) { looking_and_taking(true); }

/// LCK-2: "finally: unlock", by a task that is cancelled at any moment, also while it waits and
/// somebody else is the owner.
void finally_unlock(bool only_its_own) {
  async_semaphore lock(1);
  cancel_scope scope;
  int inside = 0;
  auto use = [&]() -> task<> {
    require(++inside == 1, "somebody else has unlocked it");
    co_await heddle::shielded(turns(2));
    --inside;
  };
  auto user = [&]() -> task<> {
    bool mine = false;
    std::exception_ptr end;
    try {
      (co_await lock.acquire()).keep();
      mine = true;
      co_await use();
    } catch (const cancelled&) {
      end = std::current_exception();
    }
    if (mine || !only_its_own) lock.release();
    if (end) std::rethrow_exception(end);
  };
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(user());
    group.spawn(within(scope, user()));
    group.spawn(user());
    co_await cancel_sometime(scope, 4);
  });
  require(lock.available() == 1, "one lock in the end");
}

HEDDLE_CHECK(lck_2_broken_anybody_unlocks) { finally_unlock(false); }
HEDDLE_CHECK(lck_2_cure_the_owner_unlocks) { finally_unlock(true); }

/// LCK-3, SEM-3: what is given back is there for everybody, and who waits is woken to try again;
/// asyncio's semaphore up to Python 3.8. Or it is handed to who waits.
struct small_semaphore {
  bool hands_over;
  int permits = 1;
  std::deque<async_event*> waiting;

  task<> acquire() {
    while (permits == 0) {
      async_event turn;
      waiting.push_back(&turn);
      co_await turn.wait();
      if (hands_over) co_return;
    }
    --permits;
  }
  void release() {
    if (waiting.empty() || !hands_over) ++permits;
    if (waiting.empty()) return;
    async_event* const next = waiting.front();
    waiting.pop_front();
    next->set();
  }
};

std::vector<int> taking_turns(bool hands_over, int tasks) {
  small_semaphore of{hands_over, 1, {}};
  std::vector<int> order;
  auto user = [&](int me) -> task<> {
    for (int round = 0; round != 2; ++round) {
      co_await of.acquire();
      order.push_back(me);
      co_await checkpoint();
      of.release();
    }
  };
  in_one_order([&](task_group& group) -> task<> {
    for (int me = 0; me != tasks; ++me) group.spawn(user(me));
    co_return;
  });
  return order;
}

void lock_is_handed_over(bool hands_over) {
  require(taking_turns(hands_over, 2) == std::vector<int>{0, 1, 0, 1}, "who unlocks locks again");
}
void permit_is_handed_over(bool hands_over) {
  require(taking_turns(hands_over, 3) == std::vector<int>{0, 1, 2, 0, 1, 2}, "they are overtaken");
}

HEDDLE_CHECK(lck_3_broken_woken_to_try_again) { lock_is_handed_over(false); }
HEDDLE_CHECK(lck_3_cure_handed_over) { lock_is_handed_over(true); }
HEDDLE_CHECK(sem_3_broken_woken_to_try_again) { permit_is_handed_over(false); }
HEDDLE_CHECK(sem_3_cure_handed_over) { permit_is_handed_over(true); }

/// LCK-4: an owner that unlocks at its end, and ends in an error before that.
void owner_that_fails(bool has_a_guard) {
  async_semaphore lock(1);
  auto owner = [&]() -> task<> {
    async_semaphore::permit permit = co_await lock.acquire();
    if (!has_a_guard) permit.keep();
    co_await fail();
    if (!has_a_guard) lock.release();
  };
  event_loop loop;
  try {
    loop.run(owner());
  } catch (const failure&) {
  }
  auto next = [&]() -> task<> { (co_await lock.acquire()).release(); };
  loop.run(next());
}

HEDDLE_CHECK(lck_4_broken_unlocked_by_hand) { owner_that_fails(false); }
HEDDLE_CHECK(lck_4_cure_unlocked_by_a_guard) { owner_that_fails(true); }

/// LCK-5: it is not recursive; who only tries is told, and still owns it afterwards.
HEDDLE_CHECK(lck_5_tried_twice_by_one) {
  async_mutex mutex;
  event_loop loop;
  auto work = [&]() -> task<> {
    const async_mutex::guard first = co_await mutex.lock();
    require(!mutex.try_lock().has_value(), "it is not free for its owner either");
  };
  loop.run(work());
  require(mutex.try_lock().has_value(), "unlocked once");
}

/// CND-4 (gh-111693): a waiter was notified, and insists on the lock; who cancels it at any moment
/// of that is not heard again.
void cancelled_while_it_locks_again(bool passes_it_on) {
  edge_task me;
  edge_waiters waiters;
  bool locked = true, went_on = false;
  auto lock_again = [&]() -> task<> {
    std::exception_ptr lost;
    while (locked) {
      async_event turn;
      waiters.futures.push_back(&turn);
      try {
        co_await wait_as(me, turn);
      } catch (const cancelled&) {
        lost = std::current_exception();
      }
      waiters.remove(turn);
    }
    locked = true;
    if (lost && passes_it_on) std::rethrow_exception(lost);
  };
  auto waiter = [&]() -> task<> {
    co_await lock_again();
    co_await checkpoint();
    if (std::exchange(me.requested, false)) throw cancelled{};
    went_on = true;
  };
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(forgetting(waiter()));
    co_await turns(heddle::choose(3));
    me.cancel();
    co_await turns(heddle::choose(3));
    locked = false;
    waiters.wake_first();
  });
  require(!went_on && locked, "it has the lock, and forgets that it was cancelled");
}

HEDDLE_CHECK(cnd_4_broken_forgets_who_cancelled) { cancelled_while_it_locks_again(false); }
HEDDLE_CHECK(cnd_4_cure_passes_it_on) { cancelled_while_it_locks_again(true); }

/// CND-5: who waits without the lock is told before anything has happened: it is in no queue.
HEDDLE_CHECK(cnd_5_told_before_it_waits) {
  heddle::async_condition_variable changed;
  bool told = false;
  auto work = [&]() -> task<> {
    async_mutex::guard none;
    try {
      co_await changed.wait(none);
    } catch (const std::logic_error&) {
      told = true;
    }
    changed.notify_all();
    co_await checkpoint();
  };
  event_loop loop;
  loop.run(work());
  require(told, "it does not wait");
}

}  // namespace
}  // namespace contracts
