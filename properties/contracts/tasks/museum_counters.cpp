// Known bugs of bookkeeping: who counts requests instead of knowing scopes has to give back each of
// them on every path, and to ask whose they were (asyncio since 3.11: cancelling(), uncancel()).
// And what it takes to know the scope: trio's rule of who absorbs.
#include <heddle/shielded.hpp>
#include <heddle/timeouts.hpp>

#include "properties/contracts/tasks/edge_cancellation.hpp"

namespace contracts {
namespace {

using heddle::timed_out;

/// An edge_task that counts how many requests nobody has taken back.
struct counting_task : edge_task {
  int requests = 0;
  void request() {
    ++requests;
    cancel();
  }
  int take_back() { return --requests; }
};

/// The next await of `me`: a request that has come is thrown.
task<> await_as(edge_task& me) {
  co_await checkpoint();
  if (std::exchange(me.requested, false)) throw cancelled{};
}

/// asyncio.timeout(), in which the time is over. It believes that the cancellation was its own if
/// no more requests are left than `expected`.
task<> time_is_over(counting_task& me, int expected) {
  me.request();
  try {
    co_await await_as(me);
  } catch (const cancelled&) {
    if (me.take_back() <= expected) throw timed_out();
    throw;
  }
}

bool says_timed_out(event_loop& loop, task<> work) {
  try {
    loop.run(std::move(work));
  } catch (const timed_out&) {
    return true;
  } catch (const cancelled&) {
  }
  return false;
}

/// gh-95289: a group cancels its body, the body replaces the cancellation by an error, and the
/// request is taken back only where a cancellation arrives. All later time limits are wrong.
void body_replaces_the_cancellation(bool always_takes_back) {
  counting_task me;
  auto group = [&]() -> task<> {
    me.request();  // a child has failed
    bool met = false;
    try {
      try {
        co_await await_as(me);
      } catch (const cancelled&) {
        throw failure();  // the body's own cleanup
      }
    } catch (const cancelled&) {
      met = true;
    } catch (const failure&) {
    }
    if (met || always_takes_back) me.take_back();
  };
  event_loop loop;
  loop.run(group());
  require(says_timed_out(loop, time_is_over(me, 0)),
          "a limit takes its own time-out for another's");
}

HEDDLE_CHECK(m39_request_not_taken_back) { body_replaces_the_cancellation(false); }
HEDDLE_CHECK(m39_cure_on_every_path) { body_replaces_the_cancellation(true); }

/// The same with scopes: there is nothing to take back.
HEDDLE_CHECK(m39_cure_scopes) {
  event_loop loop;
  bool timed = false;
  loop.run([](bool& timed) -> task<> {
    try {
      co_await with_task_group([](task_group& group) -> task<> {
        group.cancel();
        try {
          co_await checkpoint();
        } catch (const cancelled&) {
          throw failure();
        }
      });
    } catch (const heddle::exception_group&) {
    }
    try {
      co_await heddle::fail_after(1s, []() -> task<> { co_await heddle::sleep_for(1h); }());
    } catch (const timed_out&) {
      timed = true;
    }
  }(timed));
  require(timed, "a limit says that its time is over");
}

/// gh-155433, gh-128588: a group that was cancelled by its own cancel() absorbs, whoever else has
/// asked in the meantime; the caller's time is over, and the caller goes on.
void group_and_caller_cancelled(bool asks_who_else) {
  counting_task me;
  bool went_on = false;
  auto group = [&]() -> task<> {
    me.request();  // group.cancel()
    me.request();  // and the time-out of the caller, in the same turn
    try {
      co_await await_as(me);
    } catch (const cancelled&) {
      if (me.take_back() != 0 && asks_who_else) throw;
    }
  };
  auto caller = [&]() -> task<> {
    co_await group();
    went_on = true;
  };
  event_loop loop;
  loop.run(forgetting(caller()));
  require(!went_on, "the caller's cancellation is swallowed");
}

HEDDLE_CHECK(m41_group_absorbs_for_others) { group_and_caller_cancelled(false); }
HEDDLE_CHECK(m41_cure_asks_who_else) { group_and_caller_cancelled(true); }

/// The same with scopes, in every order of the two.
HEDDLE_CHECK(m41_cure_scopes) {
  cancel_scope caller;
  bool went_on = false;
  in_every_order(with_task_group([&](task_group& outside) -> task<> {
    outside.spawn(within(caller, [](bool& went_on) -> task<> {
      co_await with_task_group([](task_group& group) -> task<> {
        group.spawn([](task_group& group) -> task<> {
          group.cancel();
          co_return;
        }(group));
        co_await heddle::sleep_for(1h);
      });
      co_await heddle::sleep_for(1h);
      went_on = true;
    }(went_on)));
    co_await cancel_sometime(caller, 3);
  }));
  require(!went_on && caller.caught(), "it is the caller's scope that absorbs");
}

/// gh-102780: cleanup after a cancellation has a time limit of its own, which compares the count of
/// requests with zero.
void limit_in_cleanup(bool compares_with_before) {
  counting_task me;
  bool timed = false;
  auto cancelled_task = [&]() -> task<> {
    try {
      co_await await_as(me);
    } catch (const cancelled&) {
    }
    try {
      co_await time_is_over(me, compares_with_before ? me.requests : 0);
    } catch (const timed_out&) {
      timed = true;
    }
  };
  event_loop loop;
  me.request();
  loop.run(forgetting(cancelled_task()));
  require(timed, "the limit of the cleanup does not speak");
}

HEDDLE_CHECK(m43_compares_with_zero) { limit_in_cleanup(false); }
HEDDLE_CHECK(m43_cure_compares_with_before) { limit_in_cleanup(true); }

/// A scope of the museum: requested, or cancelled from outside unless it is shielded.
struct museum_scope {
  museum_scope* parent = nullptr;
  bool requested = false;
  bool shielded = false;
  bool caught = false;

  bool from_outside() const { return !shielded && parent != nullptr && parent->is_cancelled(); }
  bool is_cancelled() const { return requested || from_outside(); }
};

/// trio issues 860 and 1175: a shield is put up while a cancellation from outside is on its way;
/// the scope sees that nothing comes from outside, and takes the cancellation for its own.
void shielded_in_flight(bool asks_for_a_request) {
  museum_scope outer, inner;
  inner.parent = &outer;
  bool went_on = false;
  auto work = [&]() -> task<> {
    co_await checkpoint();
    if (!inner.is_cancelled()) co_return;
    try {
      throw cancelled{};
    } catch (const cancelled&) {
      inner.shielded = true;  // cleanup begins
      throw;
    }
  };
  auto scope = [&]() -> task<> {
    try {
      co_await work();
    } catch (const cancelled&) {
      if (inner.from_outside() || (asks_for_a_request && !inner.requested)) throw;
      inner.caught = true;
    }
    went_on = true;
  };
  outer.requested = true;
  event_loop loop;
  loop.run(forgetting(scope()));
  require(!inner.caught && !went_on, "a scope that nobody has cancelled absorbs");
}

HEDDLE_CHECK(m54_absorbs_what_is_not_its_own) { shielded_in_flight(false); }
HEDDLE_CHECK(m54_cure_absorbs_if_requested) { shielded_in_flight(true); }

}  // namespace
}  // namespace contracts
