// CSC and what belongs to it: which scope absorbs a cancellation, deadlines, shields, stop tokens,
// other threads.
#include <heddle/async_event.hpp>
#include <heddle/timeouts.hpp>
#include <thread>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

task<> wait_long() { co_await heddle::sleep_for(1h); }

/// Nested scopes, both cancelled, in both orders and with turns in between: the outer one absorbs
/// whenever it is cancelled before the inner one has absorbed.
HEDDLE_CHECK(csc_1_outermost_absorbs) {
  cancel_scope outer, inner;
  bool went_on = false;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(outer, [](cancel_scope& inner, bool& went_on) -> task<> {
      co_await inner.run(wait_long());
      went_on = true;
      co_await checkpoint();
    }(inner, went_on)));
    const bool inner_first = heddle::choose(2) != 0;
    co_await turns(heddle::choose(2));
    (inner_first ? inner : outer).cancel();
    co_await turns(heddle::choose(3));
    (inner_first ? outer : inner).cancel();
  }));
  require(!(inner.caught() && outer.caught()) || went_on, "one cancellation is absorbed once");
  require(inner.caught() == went_on, "who absorbs lets what is behind it run");
  require(inner.caught() || outer.caught(), "somebody absorbs");
}

/// Both cancelled in one turn: always the outer one.
HEDDLE_CHECK(csc_1_both_in_one_turn) {
  cancel_scope outer, inner;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(outer, [](cancel_scope& inner) -> task<> {
      co_await inner.run(wait_long());
      require(false, "the inner scope must not absorb");
    }(inner)));
    co_await turns(heddle::choose(3));
    const bool inner_first = heddle::choose(2) != 0;
    (inner_first ? inner : outer).cancel();
    (inner_first ? outer : inner).cancel();
  }));
  require(outer.caught() && !inner.caught(), "the outermost one");
}

/// The wrong rule, "who was cancelled absorbs", loses the outer cancellation.
HEDDLE_CHECK(csc_1_innermost_absorbs) {
  cancel_scope outer;
  event_loop loop;
  bool inner_cancelled = false, went_on = false;
  loop.run(within(outer, [](cancel_scope& outer, bool& inner_cancelled, bool& went_on) -> task<> {
    try {
      inner_cancelled = true;
      outer.cancel();
      co_await wait_long();
    } catch (const cancelled&) {
      if (!inner_cancelled) throw;
    }
    went_on = true;
  }(outer, inner_cancelled, went_on)));
  require(!went_on, "the outer cancellation is lost");
}

/// While the exception is on its way the inner scope is shielded: the outer one still gets it.
HEDDLE_CHECK(csc_1_shielded_in_flight) {
  cancel_scope outer, inner;
  event_loop loop;
  loop.run(within(outer, [](cancel_scope& outer, cancel_scope& inner) -> task<> {
    co_await inner.run([](cancel_scope& outer, cancel_scope& inner) -> task<> {
      outer.cancel();
      std::exception_ptr in_flight;
      try {
        co_await checkpoint();
      } catch (const cancelled&) {
        in_flight = std::current_exception();
      }
      inner.shield();
      co_await turns(2);  // nothing comes from outside any more
      std::rethrow_exception(in_flight);
    }(outer, inner));
    require(false, "the inner scope must not absorb");
  }(outer, inner)));
  require(outer.caught() && !inner.caught(), "who was cancelled");
}

HEDDLE_CHECK(csc_2_an_uncancelled_scope_never_absorbs) {
  cancel_scope outer, middle, inner;
  event_loop loop;
  loop.run(within(outer, within(middle, within(inner, [](cancel_scope& outer) -> task<> {
                                  outer.cancel();
                                  co_await checkpoint();
                                }(outer)))));
  require(outer.caught() && !middle.caught() && !inner.caught(), "only who was cancelled");
}

/// SELF-1: a task may throw it itself; then no scope absorbs it.
HEDDLE_CHECK(csc_2_nor_one_that_a_task_threw) {
  cancel_scope scope;
  event_loop loop;
  bool out = false;
  try {
    loop.run(within(scope, []() -> task<> {
      co_await checkpoint();
      throw cancelled{};
    }()));
  } catch (const cancelled&) {
    out = true;
  }
  require(out && !scope.caught(), "it leaves all scopes");
}

HEDDLE_CHECK(csc_3_caught_only_if_it_absorbed) {
  cancel_scope late;
  event_loop loop;
  const bool complete = loop.run(late.run([](cancel_scope& scope) -> task<> {
    co_await checkpoint();
    scope.cancel();  // and no checkpoint any more
  }(late)));
  require(complete && late.cancel_called() && !late.caught(), "there was nothing to absorb");
}

HEDDLE_CHECK(csc_4_the_earliest_deadline_counts) {
  const auto now = steady::now();
  cancel_scope outer(now + 2s), inner(now + 5s), shielded(now + 7s);
  shielded.shield();
  event_loop loop;
  loop.run(within(
      outer, [](cancel_scope& inner, cancel_scope& shielded, steady::time_point now) -> task<> {
        co_await inner.run([](cancel_scope& shielded, steady::time_point now) -> task<> {
          require(co_await heddle::current_deadline() == now + 2s, "that of the outer scope");
          co_await shielded.run([](steady::time_point now) -> task<> {
            require(co_await heddle::current_deadline() == now + 7s, "a shield keeps it away");
            co_await heddle::sleep_for(6s);
          }(now));
          co_await checkpoint();
        }(shielded, now));
      }(inner, shielded, now)));
  require(outer.caught() && !inner.caught() && !shielded.caught(), "the outer deadline was first");
  require(steady::now() >= now + 6s, "but had to wait for the shield");
}

HEDDLE_CHECK(csc_5_a_scope_is_entered_once) {
  cancel_scope scope;
  event_loop loop;
  loop.run([](cancel_scope& scope) -> task<> {
    co_await scope.run(turns(1));
    co_await scope.run(turns(1));
  }(scope));
}

/// CSC as a std::stop_token for others, in both directions.
HEDDLE_CHECK(csc_6_stops_a_stop_token) {
  cancel_scope outer, inner;
  event_loop loop;
  bool called = false;
  loop.run(within(outer, [](cancel_scope& outer, cancel_scope& inner, bool& called) -> task<> {
    const std::stop_token token = inner.token();
    const std::stop_callback callback(token, [&called] { called = true; });
    co_await inner.run([](cancel_scope& outer) -> task<> {
      outer.cancel();
      co_await checkpoint();
    }(outer));
  }(outer, inner, called)));
  require(called, "a cancellation from outside stops the token, too");
  require(outer.token().stop_requested(), "also one that is taken later");
}

HEDDLE_CHECK(csc_6_follows_a_stop_token) {
  std::stop_source source;
  cancel_scope scope;
  scope.cancel_with(source.get_token());
  bool complete = true;
  std::thread other([&] { source.request_stop(); });
  event_loop loop;
  complete = loop.run(scope.run(wait_long()));
  other.join();
  require(complete != scope.caught(), "one of the two");
}

/// Cancelled by another thread while it sleeps: the sleep ends in one way.
HEDDLE_CHECK(csc_7_cancelled_by_another_thread) {
  cancel_scope scope;
  std::thread other([&] { scope.cancel(); });
  event_loop loop;
  const auto before = steady::now();
  const bool complete = loop.run(scope.run(wait_long()));
  require(complete != scope.caught(), "in time, or cancelled");
  require(!complete || steady::now() - before >= 1h, "in time is not too early");
  other.join();
}

/// What happened before the cancellation happens before what a task does that notices it.
HEDDLE_CHECK(csc_8_cancel_happens_before_noticing) {
  cancel_scope scope;
  int reason = 0;
  std::thread other([&] {
    reason = 1;
    scope.cancel();
  });
  event_loop loop;
  loop.run(within(scope, [](int& reason) -> task<> {
    try {
      co_await heddle::cancellation_point();
    } catch (const cancelled&) {
      require(reason == 1, "the reason is known");
      throw;
    }
  }(reason)));
  other.join();
}

HEDDLE_CHECK(csc_8_asking_who_else_was_cancelled) {
  cancel_scope scope;
  int reason = 0;
  std::thread other([&] {
    scope.cancel();
    reason = 1;
  });
  event_loop loop;
  loop.run(within(scope, [](int& reason) -> task<> {
    try {
      co_await heddle::cancellation_point();
    } catch (const cancelled&) {
      require(reason == 1, "nothing orders this");
      throw;
    }
  }(reason)));
  other.join();
}

/// Two threads cancel, one of them a parent: each waiter is told once.
HEDDLE_CHECK(csc_9_two_cancel_at_once) {
  heddle::async_event never;
  cancel_scope outer, inner;
  std::thread other([&] { inner.cancel(); });
  std::thread third([&] { outer.cancel(); });
  event_loop loop;
  loop.run(within(outer, within(inner, [](heddle::async_event& never) -> task<> {
                    co_await never.wait();
                  }(never))));
  other.join();
  third.join();
  require(inner.caught() || outer.caught(), "somebody absorbs");
}

}  // namespace
}  // namespace contracts
