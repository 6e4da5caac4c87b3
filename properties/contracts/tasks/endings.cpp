// What is left of the contracts, each in a small program: how a task ends (CAN-5, CAN-6), what a
// shield passes on (SHD-2), what a wait leaves alone (WAT-1), who unlocks (LCK-2), who hears of an
// error (SUP-4), what closing does (AJ-5, AJ-6), and whom a destroyed resource wakes (POOL-4).
#include <heddle/async_mutex.hpp>
#include <heddle/job_scheduler.hpp>
#include <heddle/resource_pool.hpp>
#include <heddle/shielded.hpp>
#include <heddle/supervisor.hpp>
#include <heddle/timeouts.hpp>
#include <memory>
#include <type_traits>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

task<int> wait_and_return(bool swallows) {
  try {
    co_await heddle::sleep_for(1h);
  } catch (const cancelled&) {
    if (!swallows) throw;
  }
  co_return 7;
}

/// A task ends cancelled exactly where the cancellation leaves its outermost frame; what it returns
/// in spite of a cancellation is kept.
HEDDLE_CHECK(can_5_cancelled_if_it_comes_out) {
  const bool swallows = heddle::choose(2) != 0;
  event_loop loop;
  cancel_scope scope;
  std::optional<int> value;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn([](cancel_scope& scope, std::optional<int>& value, bool swallows) -> task<> {
      value = co_await scope.run(wait_and_return(swallows));
    }(scope, value, swallows));
    co_await turns(2);
    scope.cancel();
  }));
  require(value.has_value() == swallows && scope.caught() != swallows, "one of the two");
}

/// Who cancels a task cancels what it awaits, however deep.
void cancelled_while_it_awaits(bool shields) {
  event_loop loop;
  cancel_scope scope;
  bool inner_met = false;
  const auto begin = steady::now();
  auto inner = [](bool& met) -> task<> {
    try {
      co_await heddle::sleep_for(1s);
    } catch (const cancelled&) {
      met = true;
      throw;
    }
  };
  auto outer = [&inner, &inner_met](bool shields) -> task<> {
    if (shields) {
      co_await heddle::shielded(inner(inner_met));
    } else {
      co_await inner(inner_met);
    }
  };
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, outer(shields)));
    co_await turns(2);
    scope.cancel();
  }));
  require(inner_met && steady::now() - begin < 1s, "the request stops at the shield");
}

HEDDLE_CHECK(can_6_goes_on_to_what_is_awaited) { cancelled_while_it_awaits(false); }
HEDDLE_CHECK(can_6_not_through_a_shield) { cancelled_while_it_awaits(true); }

HEDDLE_CHECK(shd_2_results_and_errors_pass_through) {
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    require(co_await heddle::shielded_in(group,
                                         []() -> task<int> {
                                           co_await checkpoint();
                                           co_return 7;
                                         }()) == 7,
            "its value");
    bool told = false;
    try {
      co_await heddle::shielded(fail());
    } catch (const failure&) {
      told = true;
    }
    require(told, "its error");
  }));
}

/// A limit on the wait for a task that a group owns: the task is not disturbed.
HEDDLE_CHECK(wat_1_a_limit_leaves_it_pending) {
  event_loop loop;
  bool ended = false, in_time = true;
  auto work = [](bool& ended) -> task<> {
    co_await heddle::sleep_for(2s);
    ended = true;
  };
  loop.run(with_task_group([&](task_group& owner) -> task<> {
    in_time = co_await heddle::move_on_after(1s, heddle::shielded_in(owner, work(ended)));
    require(!in_time && !ended && owner.size() == 1, "it is still running");
  }));
  require(ended, "and ends");
}

/// The same where the task is the waiter's own: it ends with the wait.
HEDDLE_CHECK(wat_1_not_its_own) {
  event_loop loop;
  bool ended = false;
  auto work = [](bool& ended) -> task<> {
    co_await heddle::sleep_for(2s);
    ended = true;
  };
  loop.run([](auto& work, bool& ended) -> task<> {
    co_await heddle::move_on_after(1s, work(ended));
    co_await heddle::sleep_for(3s);
  }(work, ended));
  require(ended, "it was cancelled");
}

/// Only the guard unlocks: it is one object, and one that was moved from unlocks nothing.
HEDDLE_CHECK(lck_2_only_its_guard_unlocks) {
  using guard = heddle::async_mutex::guard;
  static_assert(!std::is_copy_constructible_v<guard> && !std::is_copy_assignable_v<guard>);
  heddle::async_mutex mutex;
  std::optional<guard> first = mutex.try_lock();
  {
    guard moved = std::move(*first);
    first.reset();
    require(moved.owns_lock() && !mutex.try_lock(), "still locked");
  }
  require(mutex.try_lock().has_value(), "unlocked once");
}

/// An error that the handler has, and that is thrown nowhere else.
HEDDLE_CHECK(sup_4_an_error_is_told_once) {
  int told = 0;
  in_every_order(heddle::with_supervisor([&told](const std::exception_ptr&) { ++told; },
                                         [](task_group& group) -> task<> {
                                           group.spawn(fail());
                                           group.spawn(fail());
                                           co_await heddle::sleep_for(1s);
                                         }));
  require(told == 2, "each error once");
}

/// close() is cancelled at any moment: that comes out, and the scheduler has no jobs in the end.
HEDDLE_CHECK(aj_5_a_cancellation_of_close_comes_out) {
  cancel_scope closer;
  int running = 0;
  bool closed = false;
  auto job = [](int& running) -> task<> {
    ++running;
    try {
      co_await heddle::sleep_for(1h);
    } catch (const cancelled&) {
    }
    co_await heddle::shielded(turns(2));
    --running;
  };
  auto close = [&](heddle::job_scheduler& scheduler) -> task<> {
    co_await scheduler.close();
    closed = true;
    require(running == 0, "aj_3: nobody runs");
  };
  in_every_order(heddle::with_job_scheduler({1, 0}, [&](auto& scheduler) -> task<> {
    co_await scheduler.spawn(job(running));
    co_await with_task_group([&](task_group& group) -> task<> {
      group.spawn(within(closer, close(scheduler)));
      co_await turns(heddle::choose(4));
      closer.cancel();
    });
  }));
  require(running == 0 && closed != closer.caught(), "closed, or cancelled; and nobody is left");
}

/// Who waits for the jobs lets them run; who looks without an await does not (aiojobs issue 623).
void wait_for_jobs(bool awaits) {
  event_loop loop;
  int ended = 0;
  auto job = [](int& ended) -> task<> {
    co_await turns(2);
    ++ended;
  };
  loop.run(heddle::with_job_scheduler({1, 1}, [&](auto& scheduler) -> task<> {
    for (int count = 0; count < 2; ++count) co_await scheduler.spawn(job(ended));
    if (awaits) {
      co_await scheduler.wait_until_idle();
    } else {
      for (int looks = 0; looks < 9; ++looks) co_await heddle::cancellation_point();
    }
    require(ended == 2, "looking does not let them run");
  }));
}

HEDDLE_CHECK(aj_6_waiting_lets_jobs_run) { wait_for_jobs(true); }
HEDDLE_CHECK(aj_6_looking_does_not) { wait_for_jobs(false); }

/// A resource that is destroyed makes room like one that is given back: a waiter goes on (aiopg's
/// pool forgets to wake it).
void destroyed_while_somebody_waits(bool gives_the_permit_back) {
  heddle::resource_pool<int> pool(1, []() -> task<std::unique_ptr<int>> {
    co_await checkpoint();
    co_return std::make_unique<int>(7);
  });
  heddle::async_semaphore room(1);
  bool served = false;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    auto lease = std::make_unique<heddle::resource_pool<int>::lease>(co_await pool.acquire());
    auto permit = co_await room.acquire();
    group.spawn([](auto& pool, auto& room, bool& served) -> task<> {
      const auto next = co_await pool.acquire();
      const auto place = co_await room.acquire();
      served = true;
    }(pool, room, served));
    co_await turns(heddle::choose(3));
    lease->poison();
    lease.reset();
    if (!gives_the_permit_back) permit.keep();
  }));
  require(served && pool.leased() == 0 && pool.idle() == 1, "a new one was made for the waiter");
}

HEDDLE_CHECK(pool_4_a_destroyed_one_wakes_a_waiter) { destroyed_while_somebody_waits(true); }
HEDDLE_CHECK(pool_4_a_destroyed_one_wakes_nobody) { destroyed_while_somebody_waits(false); }

}  // namespace
}  // namespace contracts
