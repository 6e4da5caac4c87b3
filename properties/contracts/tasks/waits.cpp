// EVT, CND, SEM, BSM, and the limiter: what is granted is never lost, whoever is cancelled when.
#include <heddle/async_condition_variable.hpp>
#include <heddle/async_event.hpp>
#include <heddle/async_semaphore.hpp>
#include <heddle/capacity_limiter.hpp>
#include <thread>
#include <vector>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::async_condition_variable;
using heddle::async_event;
using heddle::async_mutex;
using heddle::async_semaphore;
using heddle::bounded_semaphore;
using heddle::capacity_limiter;

task<> wait_for(async_event& event, int& woken) {
  co_await event.wait();
  ++woken;
}

/// Two wait, one of them is cancelled at any moment; the other one is woken.
HEDDLE_CHECK(evt_1_set_wakes_all_that_wait) {
  async_event event;
  cancel_scope scope;
  int woken = 0;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(wait_for(event, woken));
    group.spawn(within(scope, wait_for(event, woken)));
    group.spawn(cancel_sometime(scope, 3));
    co_await turns(heddle::choose(3));
    event.set();
  }));
  require(woken == (scope.caught() ? 1 : 2), "everybody who was not cancelled is woken");
}

HEDDLE_CHECK(evt_1_who_comes_later_does_not_wait) {
  async_event event;
  int woken = 0;
  event_loop loop;
  event.set();
  loop.run(wait_for(event, woken));
  require(woken == 1 && event.is_set(), "it is set for good");
}

HEDDLE_CHECK(evt_1_never_set) {
  async_event event;
  int woken = 0;
  event_loop loop;
  loop.run(wait_for(event, woken));
}

/// What happened before set() in another thread happens before what the waiter does.
HEDDLE_CHECK(cw_7_set_happens_before_the_waiter) {
  async_event event;
  int data = 0;
  std::thread other([&] {
    data = 1;
    event.set();
  });
  event_loop loop;
  loop.run([](async_event& event, int& data) -> task<> {
    co_await event.wait();
    require(data == 1, "it sees what was written before");
  }(event, data));
  other.join();
}

HEDDLE_CHECK(cw_7_written_after_set) {
  async_event event;
  int data = 0;
  std::thread other([&] {
    event.set();
    data = 1;
  });
  event_loop loop;
  loop.run([](async_event& event, int& data) -> task<> {
    co_await event.wait();
    require(data == 1, "nothing orders this");
  }(event, data));
  other.join();
}

struct mailbox {
  async_mutex mutex;
  async_condition_variable changed;
  int letters = 0;
  int taken = 0;
};

task<> take_letter(mailbox& box) {
  async_mutex::guard guard = co_await box.mutex.lock();
  try {
    co_await box.changed.wait(guard, [&box] { return box.letters != 0; });
  } catch (const cancelled&) {
    require(guard.owns_lock(), "a cancelled wait ends with the lock");
    throw;
  }
  require(guard.owns_lock(), "a wait ends with the lock");
  --box.letters;
  ++box.taken;
}

task<> put_letter(mailbox& box) {
  const async_mutex::guard guard = co_await box.mutex.lock();
  ++box.letters;
  box.changed.notify_one();
}

/// Two wait, one of them is cancelled just after a letter has come: whoever is left takes it.
HEDDLE_CHECK(cnd_2_a_notification_reaches_who_is_left) {
  mailbox box;
  cancel_scope scope;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, take_letter(box)));
    group.spawn(take_letter(box));
    co_await turns(heddle::choose(3));
    co_await put_letter(box);
    scope.cancel();
    co_await put_letter(box);
  }));
  require(box.letters + box.taken == 2, "no letter is lost");
  require(box.taken == (scope.caught() ? 1 : 2), "who is left has one");
}

/// The waiter is cancelled while it waits, or while it takes the lock again: it has the lock when
/// it goes on, so somebody else never is inside at the same time.
HEDDLE_CHECK(cnd_1_ends_with_the_lock) {
  mailbox box;
  cancel_scope scope;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, take_letter(box)));
    group.spawn([](mailbox& box) -> task<> {
      const async_mutex::guard guard = co_await box.mutex.lock();
      ++box.letters;
      box.changed.notify_one();
      co_await turns(2);
    }(box));
    group.spawn(cancel_sometime(scope, 4));
    co_return;
  }));
  require(box.letters + box.taken == 1, "the letter was taken, or is still there");
  require(box.mutex.try_lock().has_value(), "the lock is free in the end");
}

HEDDLE_CHECK(cnd_3_woken_without_looking_again) {
  mailbox box;
  auto careless = [](mailbox& box) -> task<> {
    async_mutex::guard guard = co_await box.mutex.lock();
    if (box.letters == 0) co_await box.changed.wait(guard);
    require(box.letters-- > 0, "another task was faster");
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(careless(box));
    group.spawn(careless(box));
    group.spawn(put_letter(box));
    group.spawn(put_letter(box));
    co_return;
  }));
}

HEDDLE_CHECK(cnd_3_looking_again) {
  mailbox box;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    for (int count = 0; count < 2; ++count) {
      group.spawn(take_letter(box));
      group.spawn(put_letter(box));
    }
    co_return;
  }));
  require(box.taken == 2 && box.letters == 0, "both have a letter");
}

/// Notified, and then cancelled while it takes the lock again: it returns, and the cancellation
/// comes at its next checkpoint.
HEDDLE_CHECK(cnd_4_cancelled_while_it_locks_again) {
  mailbox box;
  cancel_scope scope;
  bool returned = false;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](mailbox& box, bool& returned) -> task<> {
      {
        async_mutex::guard guard = co_await box.mutex.lock();
        co_await box.changed.wait(guard);
        returned = true;
      }
      co_await checkpoint();
      require(false, "it is cancelled");
    }(box, returned)));
    co_await turns(2);
    const async_mutex::guard guard = co_await box.mutex.lock();
    box.changed.notify_one();
    co_await turns(2);
    scope.cancel();
    co_await turns(2);
  }));
  require(returned && scope.caught(), "first the one, then the other");
}

HEDDLE_CHECK(cnd_5_waits_without_the_lock) {
  mailbox box;
  event_loop loop;
  loop.run([](mailbox& box) -> task<> {
    async_mutex::guard none;
    co_await box.changed.wait(none);
  }(box));
}

struct counted_permits {
  async_semaphore permits;
  int inside = 0;
};

task<> use_permit(counted_permits& of, int most) {
  const async_semaphore::permit permit = co_await of.permits.acquire();
  require(++of.inside <= most, "no more than there are permits");
  try {
    co_await checkpoint();
  } catch (...) {
    --of.inside;
    throw;
  }
  --of.inside;
}

HEDDLE_CHECK(sem_1_no_more_than_there_are) {
  counted_permits of{async_semaphore(2)};
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    for (int count = 0; count < 3; ++count) group.spawn(use_permit(of, 2));
    co_return;
  }));
  require(of.permits.available() == 2, "all are back");
}

/// Three tasks, one permit, one task is cancelled at any moment, another one gives a second permit.
HEDDLE_CHECK(sem_2_no_permit_is_lost) {
  counted_permits of{async_semaphore(1)};
  cancel_scope scope;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(use_permit(of, 2));
    group.spawn(within(scope, use_permit(of, 2)));
    co_await turns(heddle::choose(4));
    of.permits.release();
    co_await turns(heddle::choose(2));
    scope.cancel();
  }));
  require(of.permits.available() == 2, "all are back");
}

HEDDLE_CHECK(sem_3_first_come_first_served) {
  async_semaphore permits(1);
  std::vector<int> order;
  auto user = [&](int me) -> task<> {
    for (int round = 0; round < 2; ++round) {
      const async_semaphore::permit permit = co_await permits.acquire();
      order.push_back(me);
      co_await checkpoint();
    }
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    for (int me = 0; me < 3; ++me) group.spawn(user(me));
    co_return;
  }));
  require(order == std::vector<int>{0, 1, 2, 0, 1, 2}, "they take turns");
}

HEDDLE_CHECK(sem_1_too_few_permits) {
  async_semaphore permits(1);
  event_loop loop;
  loop.run([](async_semaphore& permits) -> task<> {
    const async_semaphore::permit first = co_await permits.acquire();
    const async_semaphore::permit second = co_await permits.acquire();
  }(permits));
}

HEDDLE_CHECK(bsm_1_above_the_bound) {
  bounded_semaphore permits(1);
  bool refused = false;
  try {
    permits.release();
  } catch (const std::logic_error&) {
    refused = true;
  }
  require(refused && permits.available() == 1, "an error that changes nothing");
}

HEDDLE_CHECK(bsm_1_a_permit_given_back_twice) {
  bounded_semaphore permits(1);
  const auto mine = permits.try_acquire();
  permits.release();  // and again at the end of `mine`
}

/// The total changes while two wait, one of whom is cancelled at any moment.
HEDDLE_CHECK(limiter_raised_and_lowered) {
  capacity_limiter limiter(1);
  cancel_scope scope;
  int inside = 0;
  auto user = [&]() -> task<> {
    const capacity_limiter::token token = co_await limiter.acquire();
    require(++inside <= 2, "no more than the total");
    try {
      co_await checkpoint();
    } catch (...) {
      --inside;
      throw;
    }
    --inside;
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(user());
    group.spawn(within(scope, user()));
    co_await turns(heddle::choose(2));
    limiter.set_total(2);
    if (heddle::choose(2) != 0) scope.cancel();
    co_await turns(heddle::choose(2));
    limiter.set_total(1);
  }));
  require(limiter.borrowed() == 0, "all are back");
}

HEDDLE_CHECK(limiter_without_capacity) {
  capacity_limiter limiter(1);
  limiter.set_total(0);
  event_loop loop;
  loop.run([](capacity_limiter& limiter) -> task<> {
    const capacity_limiter::token token = co_await limiter.acquire();
  }(limiter));
}

}  // namespace
}  // namespace contracts
