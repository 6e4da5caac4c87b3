// CAN, SWL, SELF, PFN: how a cancellation reaches a task, and what becomes of one that is
// swallowed.
#include <functional>
#include <heddle/async_event.hpp>
#include <heddle/shielded.hpp>
#include <heddle/timeouts.hpp>
#include <thread>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

task<> wait_long() { co_await heddle::sleep_for(1h); }

HEDDLE_CHECK(can_1_of_what_has_ended) {
  cancel_scope scope;
  event_loop loop;
  require(loop.run(scope.run(turns(1))), "it has ended");
  require(scope.cancel() && !scope.cancel() && !scope.caught(), "no effect");
}

HEDDLE_CHECK(can_2_cancelling_runs_nothing) {
  cancel_scope scope;
  event_loop loop;
  bool noticed = false;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](bool& noticed) -> task<> {
      try {
        co_await wait_long();
      } catch (const cancelled&) {
        noticed = true;
        throw;
      }
    }(noticed)));
    co_await turns(2);
    scope.cancel();
    require(!noticed, "the task runs later");
    co_await turns(2);
    require(noticed, "in its own turn");
  }));
}

/// Once per wait, however often it is cancelled; and again at each checkpoint.
HEDDLE_CHECK(can_3_a_level_not_a_message) {
  cancel_scope scope;
  event_loop loop;
  int met = 0;
  loop.run(within(scope, [](cancel_scope& scope, int& met) -> task<> {
    scope.cancel();
    scope.cancel();
    for (int round = 0; round < 3; ++round) {
      try {
        co_await checkpoint();
      } catch (const cancelled&) {
        ++met;
      }
    }
    co_await checkpoint();
  }(scope, met)));
  require(met == 3 && scope.caught(), "each checkpoint throws");
}

/// A loop that never awaits does not notice that its time is over.
HEDDLE_CHECK(can_4_no_checkpoint_no_cancellation) {
  event_loop loop;
  const auto begin = steady::now();
  const bool complete = loop.run(heddle::move_on_after(1s, []() -> task<> {
    const auto end = steady::now() + 5s;
    std::this_thread::sleep_until(end);
    co_return;
  }()));
  require(complete && steady::now() >= begin + 5s, "it runs to its end");
}

HEDDLE_CHECK(can_4_with_a_checkpoint) {
  event_loop loop;
  const auto begin = steady::now();
  const bool complete = loop.run(heddle::move_on_after(1s, []() -> task<> {
    for (int round = 0; round < 5; ++round) {
      std::this_thread::sleep_for(1s);
      co_await checkpoint();
    }
  }()));
  require(!complete && steady::now() < begin + 3s, "it ends at its next checkpoint");
}

/// Woken and cancelled in the same turn, in both orders: what was granted first counts.
HEDDLE_CHECK(can_8_woken_and_cancelled_in_one_turn) {
  heddle::async_event event;
  cancel_scope scope;
  bool woken = false, later = false;
  const bool wake_first = heddle::choose(2) != 0;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](heddle::async_event& event, bool& woken, bool& later) -> task<> {
      co_await event.wait();
      woken = true;
      co_await heddle::cancellation_point();
      later = true;
    }(event, woken, later)));
    co_await turns(3);
    if (wake_first) event.set();
    scope.cancel();
    if (!wake_first) event.set();
  }));
  require(!later && scope.caught(), "the cancellation is not lost");
  if (wake_first) require(woken, "nor is what was granted before");
}

/// Cleanup in a shield is not disturbed, however often the scope is cancelled meanwhile.
HEDDLE_CHECK(can_10_cleanup_in_a_shield) {
  cancel_scope scope;
  bool cleaned = false;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](bool& cleaned) -> task<> {
      std::exception_ptr error;
      try {
        co_await wait_long();
      } catch (...) {
        error = std::current_exception();
      }
      co_await heddle::shielded(turns(2));
      cleaned = true;
      if (error) std::rethrow_exception(error);
    }(cleaned)));
    co_await turns(heddle::choose(2));
    scope.cancel();
    co_await turns(heddle::choose(3));
    scope.cancel();
  }));
  require(cleaned && scope.caught(), "cleaned up, and then cancelled");
}

HEDDLE_CHECK(can_10_cleanup_without_a_shield) {
  cancel_scope scope;
  bool cleaned = false;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](bool& cleaned) -> task<> {
      try {
        co_await wait_long();
      } catch (const cancelled&) {
      }
      co_await turns(2);
      cleaned = true;
    }(cleaned)));
    co_await turns(2);
    scope.cancel();
  }));
  require(cleaned, "the cleanup was itself cancelled");
}

HEDDLE_CHECK(self_1_thrown_by_the_task) {
  event_loop loop;
  int after = 0;
  loop.run([](int& after) -> task<> {
    try {
      throw cancelled{};
    } catch (const cancelled&) {
    }
    co_await checkpoint();  // leaves no trace
    ++after;
  }(after));
  require(after == 1, "caught, and gone");
}

/// Its own scope: the synchronous code goes on, the next checkpoint throws.
HEDDLE_CHECK(self_2_cancels_itself) {
  cancel_scope scope;
  event_loop loop;
  bool went_on = false;
  loop.run(within(scope, [](cancel_scope& scope, bool& went_on) -> task<> {
    scope.cancel();
    went_on = true;
    co_await checkpoint();
    require(false, "the checkpoint throws");
  }(scope, went_on)));
  require(went_on && scope.caught(), "first the one, then the other");
}

HEDDLE_CHECK(swl_1_is_no_ordinary_error) {
  cancel_scope scope;
  event_loop loop;
  loop.run(within(scope, [](cancel_scope& scope) -> task<> {
    scope.cancel();
    try {
      co_await checkpoint();
    } catch (const std::exception&) {
      require(false, "a handler of ordinary errors does not match");
    }
    require(false, "it goes on to the scope");
  }(scope)));
  require(scope.caught(), "absorbed by the scope");
}

/// A task that swallows everything still ends: the next checkpoint throws again.
HEDDLE_CHECK(swl_3_swallowed_and_met_again) {
  int rounds = 0;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn([](int& rounds) -> task<> {
      try {
        co_await wait_long();
      } catch (...) {
      }
      ++rounds;
      co_await wait_long();
      require(false, "met again");
    }(rounds));
    co_await turns(2);
    group.cancel();
  }));
  require(rounds == 1, "it went on to its next checkpoint");
}

/// The same where a cancellation is a message that is delivered once: the group waits for ever.
HEDDLE_CHECK(swl_3_delivered_once) {
  heddle::async_event never;
  bool message = false;
  auto receive = [](bool& message) -> task<> {
    co_await checkpoint();
    if (std::exchange(message, false)) throw cancelled{};
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn([](auto& receive, bool& message, heddle::async_event& never) -> task<> {
      try {
        co_await turns(1);
        co_await receive(message);
      } catch (...) {
      }
      co_await never.wait();
    }(receive, message, never));
    message = true;
    co_return;
  }));
}

HEDDLE_CHECK(swl_4_a_swallower_is_counted) {
  event_loop loop;
  std::size_t swallowed = 0;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn([]() -> task<> {
      try {
        co_await wait_long();
      } catch (...) {
      }
    }());
    group.spawn(wait_long());
    co_await turns(2);
    group.cancel();
    try {
      co_await wait_long();
    } catch (const cancelled&) {
    }
    co_await heddle::shielded(turns(4));
    swallowed = group.swallowed();
  }));
  require(swallowed == 1, "the one that returned as if nothing had been");
}

HEDDLE_CHECK(pfn_1_a_callback_that_is_awaited) {
  bool ran = false;
  const std::function<task<>()> callback = [&ran]() -> task<> {
    ran = true;
    co_return;
  };
  event_loop loop;
  loop.run(
      [](const std::function<task<>()>& callback) -> task<> { co_await callback(); }(callback));
  require(ran, "it has run");
}

/// What a task was to await, and does not come to where it is cancelled before, at any moment.
void given_to_a_task(bool awaits_it) {
  cancel_scope scope;
  auto later = [&](task<> work) -> task<> {
    co_await turns(1);
    if (awaits_it) co_await std::move(work);
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, later(turns(1))));
    group.spawn(later(turns(1)));
    co_await turns(heddle::choose(3));
    scope.cancel();
    group.cancel();
  });
}

HEDDLE_CHECK(pfn_1_given_to_who_is_cancelled) { given_to_a_task(true); }
HEDDLE_CHECK(pfn_1_given_to_who_forgets_it) { given_to_a_task(false); }

/// A callback type that throws the task away: reported.
HEDDLE_CHECK(pfn_1_a_callback_that_is_dropped) {
  const std::function<void()> callback = []() -> task<> { co_return; };
  callback();
}

}  // namespace
}  // namespace contracts
