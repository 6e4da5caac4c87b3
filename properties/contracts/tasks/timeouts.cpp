// TMO and SHD: limits and shields.
#include <heddle/async_event.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/shielded.hpp>
#include <heddle/timeouts.hpp>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::fail_after;
using heddle::fail_at;
using heddle::move_on_after;
using heddle::shielded;
using heddle::timed_out;

task<int> after(steady::duration how_long, int value) {
  co_await heddle::sleep_for(how_long);
  co_return value;
}

/// The work ends in the very tick in which its time is over: one thing comes out.
HEDDLE_CHECK(tmo_1_one_of_value_and_timeout) {
  const auto tick = steady::now() + 1s;
  int values = 0, timeouts = 0;
  bool ended = false;
  in_every_order([](steady::time_point tick, int& values, int& timeouts, bool& ended) -> task<> {
    try {
      const int value =
          co_await fail_at(tick, [](steady::time_point tick, bool& ended) -> task<int> {
            co_await heddle::sleep_until(tick);
            ended = true;
            co_return 7;
          }(tick, ended));
      values += value == 7;
    } catch (const timed_out&) {
      ++timeouts;
    }
  }(tick, values, timeouts, ended));
  require(values + timeouts == 1, "one of the two");
  require(ended == (values == 1), "a value that was reached is kept");
}

/// That the value always wins is not so: the sibling that must fail.
HEDDLE_CHECK(tmo_1_the_value_always_wins) {
  const auto tick = steady::now() + 1s;
  in_every_order([](steady::time_point tick) -> task<> {
    co_await fail_at(
        tick, [](steady::time_point tick) -> task<> { co_await heddle::sleep_until(tick); }(tick));
  }(tick));
}

/// The seed's example: a limit of half a second, and a second of cleanup: 1.5 seconds.
HEDDLE_CHECK(tmo_3_limit_and_cleanup) {
  event_loop loop;
  bool cleaned = false;
  const auto begin = steady::now();
  const bool complete = loop.run(move_on_after(500ms, [](bool& cleaned) -> task<> {
    try {
      co_await sleep(1h);
    } catch (const cancelled&) {
    }
    co_await shielded(sleep(1s));
    cleaned = true;
    co_await checkpoint();
  }(cleaned)));
  const auto elapsed = steady::now() - begin;
  require(!complete && cleaned, "tmo_2: when it comes out the work has ended");
  require(elapsed >= 1500ms && elapsed < 1600ms, "the limit and the cleanup");
}

/// A cancellation from outside, the end of the work and the limit in one tick, in every order.
HEDDLE_CHECK(tmo_4_a_cancellation_from_outside_is_not_lost) {
  const auto tick = steady::now() + 1s;
  cancel_scope outside;
  bool went_on = false;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(outside, [](steady::time_point tick, bool& went_on) -> task<> {
      try {
        co_await fail_at(tick, [](steady::time_point tick) -> task<> {
          co_await heddle::sleep_until(tick);
        }(tick));
      } catch (const timed_out&) {
      }
      co_await sleep(1h);
      went_on = true;
    }(tick, went_on)));
    co_await heddle::sleep_until(tick);
    outside.cancel();
  }));
  require(outside.caught() && !went_on, "met here or at the next checkpoint");
}

HEDDLE_CHECK(tmo_5_a_value_in_spite_of_the_timeout_is_kept) {
  event_loop loop;
  const auto value = loop.run(move_on_after(1s, []() -> task<int> {
    try {
      co_await sleep(2s);
    } catch (const cancelled&) {
    }
    co_return 7;
  }()));
  require(value == 7, "kept");
}

HEDDLE_CHECK(tmo_6_only_the_limit_that_is_over_speaks) {
  event_loop loop;
  bool inner_spoke = false, outer_spoke = false;
  loop.run([](bool& inner_spoke, bool& outer_spoke) -> task<> {
    try {
      co_await fail_after(1s, [](bool& inner_spoke) -> task<> {
        try {
          co_await fail_after(2s, sleep(3s));
        } catch (const timed_out&) {
          inner_spoke = true;
        }
      }(inner_spoke));
    } catch (const timed_out&) {
      outer_spoke = true;
    }
  }(inner_spoke, outer_spoke));
  require(outer_spoke && !inner_spoke, "the outer one");
}

HEDDLE_CHECK(tmo_7_inside_of_cancelled_cleanup) {
  event_loop loop;
  cancel_scope scope;
  bool timed = false;
  loop.run(within(scope, [](cancel_scope& scope, bool& timed) -> task<> {
    scope.cancel();
    co_await shielded([](bool& timed) -> task<> {
      try {
        co_await fail_after(1s, sleep(1h));
      } catch (const timed_out&) {
        timed = true;
      }
    }(timed));
    co_await checkpoint();
  }(scope, timed)));
  require(timed && scope.caught(), "the cleanup's own limit, then the cancellation");
}

HEDDLE_CHECK(tmo_8_already_over) {
  event_loop loop;
  bool began = false;
  const bool complete = loop.run(move_on_after(-1s, [](bool& began) -> task<> {
    began = true;
    co_await checkpoint();
    require(false, "the first checkpoint throws");
  }(began)));
  require(began && !complete, "it runs to its first checkpoint");
}

HEDDLE_CHECK(tmo_9_a_shield_delays) {
  event_loop loop;
  const auto begin = steady::now();
  const bool complete = loop.run(move_on_after(100ms, []() -> task<> {
    co_await shielded(sleep(300ms));
    co_await checkpoint();
  }()));
  require(!complete && steady::now() - begin >= 300ms, "the shield first");
}

HEDDLE_CHECK(tmo_0_in_time) {
  event_loop loop;
  require(loop.run(heddle::with_timeout(2s, after(1s, 7))) == 7, "its value");
}

HEDDLE_CHECK(tmo_0_too_late) {
  event_loop loop;
  loop.run(heddle::with_timeout(1s, after(2s, 7)));
}

/// The caller is cancelled at any moment: it leaves at once, the work goes on in the group.
HEDDLE_CHECK(shd_1_the_caller_leaves_the_work_goes_on) {
  cancel_scope caller;
  bool worked = false, left = false, early = false;
  in_every_order(with_task_group([&](task_group& owner) -> task<> {
    owner.spawn(
        within(caller, [](task_group& owner, bool& worked, bool& left, bool& early) -> task<> {
          try {
            co_await heddle::shielded_in(owner, [](bool& worked) -> task<> {
              co_await turns(2);
              worked = true;
            }(worked));
          } catch (const cancelled&) {
            left = true;
            early = !worked;
            throw;
          }
        }(owner, worked, left, early)));
    co_await turns(heddle::choose(4));
    caller.cancel();
  }));
  require(worked, "shd_3: the group waits for the work");
  require(!left || early, "it does not leave without the result that is there");
}

/// Nobody waits any more: the error is the group's.
HEDDLE_CHECK(shd_3_no_error_without_an_observer) {
  cancel_scope caller;
  int told = 0;
  try {
    in_every_order(with_task_group([&](task_group& owner) -> task<> {
      owner.spawn(within(caller, [](task_group& owner, int& told) -> task<> {
        try {
          co_await heddle::shielded_in(owner, fail());
        } catch (const failure&) {
          ++told;
        }
      }(owner, told)));
      co_await turns(heddle::choose(4));
      caller.cancel();
    }));
  } catch (const heddle::exception_group&) {
    ++told;
  }
  require(told == 1 || (told == 0 && caller.caught()), "told once, or never begun");
}

HEDDLE_CHECK(shd_4_the_caller_waits) {
  cancel_scope caller;
  bool worked = false;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(caller, [](bool& worked) -> task<> {
      co_await shielded([](bool& worked) -> task<> {
        co_await turns(2);
        worked = true;
      }(worked));
      co_await checkpoint();
    }(worked)));
    co_await turns(heddle::choose(4));
    caller.cancel();
  }));
  require(worked, "it is never interrupted");
}

HEDDLE_CHECK(shd_4_without_a_shield) {
  cancel_scope caller;
  bool worked = false;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(caller, [](bool& worked) -> task<> {
      co_await turns(2);
      worked = true;
    }(worked)));
    co_await checkpoint();
    caller.cancel();
  }));
  require(worked, "it was interrupted");
}

}  // namespace
}  // namespace contracts
