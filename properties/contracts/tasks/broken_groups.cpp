// TG, CUR, SUP with one thing broken, beside the same without the mistake (`_cure_`); and what a
// group refuses. The contracts themselves: groups.cpp, nurseries.cpp, endings.cpp.
#include <array>
#include <functional>
#include <heddle/async_event.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/shielded.hpp>
#include <heddle/supervisor.hpp>
#include <heddle/timeouts.hpp>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::async_event;
using heddle::exception_group;
using heddle::group_closed;
using heddle::join_policy;

/// TG-2: a group that was joined still takes a child, which nobody waits for. The latecomer comes
/// at any moment.
void a_child_for_a_joined_group(bool looks) {
  int running = 0;
  bool joined = false;
  auto child = [&]() -> task<> {
    require(!joined, "a child runs in a group that has ended");
    co_await checkpoint();
    --running;
  };
  auto latecomer = [&](task_group& somewhere) -> task<> {
    co_await turns(heddle::choose(4));
    if (looks && joined) co_return;  // refused
    ++running;
    somewhere.spawn(child());
  };
  in_one_order([&](task_group& somewhere) -> task<> {
    ++running;
    somewhere.spawn(child());
    somewhere.spawn(latecomer(somewhere));
    while (running != 0) co_await checkpoint();
    joined = true;
  });
}

HEDDLE_CHECK(tg_2_broken_never_closes) { a_child_for_a_joined_group(false); }
HEDDLE_CHECK(tg_2_cure_closes) { a_child_for_a_joined_group(true); }

/// TG-2: somebody from outside brings work to a group while it ends, at any moment: it is run, or
/// refused and destroyed, and the tasks with it that it was to await. True if it was refused.
using bring = std::function<task<>(task_group&)>;
bool brought_to_a_group_that_ends(const bring& bring) {
  task_group* target = nullptr;
  bool ended = false, refused = false;
  auto body = [&](task_group& group) -> task<> {
    target = &group;
    group.spawn(turns(1));
    co_return;
  };
  auto ends = [&]() -> task<> {
    co_await with_task_group(body);
    ended = true;
  };
  in_group([&](task_group& outside) -> task<> {
    outside.spawn(ends());
    co_await turns(heddle::choose(3));
    if (target == nullptr || ended) co_return;
    try {
      co_await bring(*target);
    } catch (const group_closed&) {
      refused = true;
    }
  });
  return refused;
}

HEDDLE_CHECK(tg_2_refused_with_the_tasks_in_it) {
  brought_to_a_group_that_ends([](task_group& group) -> task<> {
    group.spawn(heddle::fail_after(1h, heddle::shielded(turns(1))));
    co_return;
  });
}

HEDDLE_CHECK(tg_2_refused_in_a_shield) {
  int worked = 0;
  auto work = [&worked]() -> task<> {
    co_await turns(1);
    ++worked;
  };
  const bool refused = brought_to_a_group_that_ends([&](task_group& group) -> task<> {
    co_await heddle::shielded_in(group, work());
    require(worked == 1, "it has run");
  });
  require(!refused || worked == 0, "run or refused");
}

/// That nobody is refused is not so: the group closes before its parent goes on.
HEDDLE_CHECK(tg_2_nobody_is_refused) {
  require(!brought_to_a_group_that_ends([](task_group& group) -> task<> {
    group.spawn(turns(1));
    co_return;
  }),
          "it had closed already");
}

/// Work that is kept beside the task that is to run it: refused, that task goes and the work stays.
HEDDLE_CHECK(tg_2_broken_refused_and_kept) {
  auto run = [](task<>& work) -> task<> { co_await std::move(work); };
  brought_to_a_group_that_ends([&run](task_group& group) -> task<> {
    task<> work = turns(1);
    try {
      co_await heddle::shielded_in(group, run(work));
    } catch (const group_closed&) {
    }
  });
}

/// TG-4: an error of a child that the other children hear of, and the body does not.
void an_error_and_the_body(bool reaches_the_body) {
  cancel_scope body;
  auto child = [&]() -> task<> {
    try {
      co_await fail();
    } catch (const failure&) {
      if (reaches_the_body) body.cancel();
    }
  };
  const auto begin = steady::now();
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(child());
    co_await body.run(sleep(1h));
  });
  require(steady::now() - begin < 1min, "the body goes on waiting");
}

HEDDLE_CHECK(tg_4_broken_the_body_hears_nothing) { an_error_and_the_body(false); }
HEDDLE_CHECK(tg_4_cure_the_body_is_cancelled) { an_error_and_the_body(true); }

/// TG-11: looking for an error in a group, and not in the groups in it.
std::size_t failures_in(const exception_group& errors, bool in_groups_too) {
  std::size_t found = 0;
  for (const std::exception_ptr& error : errors.errors()) {
    try {
      std::rethrow_exception(error);
    } catch (const failure&) {
      ++found;
    } catch (const exception_group& inner) {
      if (in_groups_too) found += failures_in(inner, true);
    }
  }
  return found;
}

void looking_for_a_failure(bool in_groups_too) {
  auto inner = [](task_group& group) -> task<> {
    group.spawn(fail());
    co_return;
  };
  std::size_t found = 0;
  try {
    in_one_order([&](task_group& group) -> task<> {
      group.spawn(with_task_group(inner));
      co_return;
    });
  } catch (const exception_group& errors) {
    found = failures_in(errors, in_groups_too);
  }
  require(found == 1, "an error in an inner group is not found");
}

HEDDLE_CHECK(tg_11_broken_looks_at_the_surface) { looking_for_a_failure(false); }
HEDDLE_CHECK(tg_11_cure_looks_inside) { looking_for_a_failure(true); }

/// CUR-1: the first result is there, and the others are waited for all the same.
void the_first_of_two(bool ends_all) {
  auto racer = [&](task_group& group, steady::duration how_long) -> task<> {
    co_await sleep(how_long);
    if (ends_all) group.cancel();
  };
  const auto begin = steady::now();
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(racer(group, 1s));
    group.spawn(racer(group, 1h));
    co_return;
  });
  require(steady::now() - begin < 1min, "the others are waited for");
}

HEDDLE_CHECK(cur_1_broken_waits_for_the_others) { the_first_of_two(false); }
HEDDLE_CHECK(cur_1_cure_cancels_the_others) { the_first_of_two(true); }

/// CUR-2: "all", where an error ends the others.
void all_of_two(join_policy policy) {
  bool complete = false;
  auto work = [&]() -> task<> {
    co_await turns(2);
    complete = true;
  };
  try {
    in_group(
        [&](task_group& group) -> task<> {
          group.spawn(fail());
          group.spawn(work());
          co_return;
        },
        policy);
  } catch (const exception_group&) {
  }
  require(complete, "an error has disturbed another child");
}

HEDDLE_CHECK(cur_2_broken_an_error_disturbs) { all_of_two(join_policy::first_error); }
HEDDLE_CHECK(cur_2_cure_an_error_disturbs_nobody) { all_of_two(join_policy::all); }

/// CUR-3: curio's end of a group: each child is cancelled and waited for, then the next one.
void end_of_three(bool at_the_same_time) {
  std::array<cancel_scope, 3> scopes;
  std::array<async_event, 3> ended;
  auto clean_up = [&](std::size_t me) -> task<> {
    co_await scopes[me].run(sleep(1h));
    co_await sleep(3s);
    ended[me].set();
  };
  steady::duration took{};
  in_one_order([&](task_group& group) -> task<> {
    for (std::size_t child = 0; child != 3; ++child) group.spawn(clean_up(child));
    co_await turns(2);
    const auto begin = steady::now();
    for (std::size_t child = 0; child != 3; ++child) {
      scopes[child].cancel();
      if (!at_the_same_time) co_await ended[child].wait();
    }
    for (async_event& one : ended) co_await one.wait();
    took = steady::now() - begin;
  });
  require(took < 4s, "the cleanups are one after the other");
}

HEDDLE_CHECK(cur_3_broken_one_after_the_other) { end_of_three(false); }
HEDDLE_CHECK(cur_3_cure_at_the_same_time) { end_of_three(true); }

/// SUP-2: whatever the handler throws is nobody's business.
void a_handler_that_throws(bool is_told) {
  bool told = false;
  auto handler = [&](const std::exception_ptr&) {
    try {
      throw std::out_of_range("in the handler");
    } catch (...) {
      if (is_told) throw;
    }
  };
  auto body = [](task_group& group) -> task<> {
    group.spawn(fail());
    co_await turns(3);
  };
  event_loop loop;
  try {
    loop.run(heddle::with_supervisor(handler, body));
  } catch (const exception_group&) {
    told = true;
  }
  require(told, "an error of the handler is lost");
}

HEDDLE_CHECK(sup_2_broken_catches_all) { a_handler_that_throws(false); }
HEDDLE_CHECK(sup_2_cure_throws_at_the_end) { a_handler_that_throws(true); }

/// SUP-3: the supervisor has told its child to end, and goes.
void end_of_a_supervisor(bool waits) {
  cancel_scope scope;
  async_event ended;
  auto child = [&]() -> task<> {
    co_await scope.run(sleep(1h));
    co_await turns(2);  // cleanup
    ended.set();
  };
  in_group([&](task_group& somewhere) -> task<> {
    somewhere.spawn(child());
    co_await turns(heddle::choose(2));
    scope.cancel();
    if (waits) co_await ended.wait();
    require(ended.is_set(), "a child outlives its supervisor");
  });
}

HEDDLE_CHECK(sup_3_broken_does_not_wait) { end_of_a_supervisor(false); }
HEDDLE_CHECK(sup_3_cure_waits) { end_of_a_supervisor(true); }

/// SUP-4: a child that tells the handler of its error, and throws it.
void told_by_child_and_supervisor(bool by_one) {
  int told = 0;
  auto handler = [&](const std::exception_ptr&) { ++told; };
  auto child = [&]() -> task<> {
    try {
      co_await fail();
    } catch (...) {
      if (!by_one) handler(std::current_exception());
      throw;
    }
  };
  auto body = [&](task_group& group) -> task<> {
    group.spawn(child());
    co_await sleep(1s);
  };
  in_every_order(heddle::with_supervisor(handler, body));
  require(told == 1, "an error is told twice");
}

HEDDLE_CHECK(sup_4_broken_told_by_both) { told_by_child_and_supervisor(false); }
HEDDLE_CHECK(sup_4_cure_told_by_one) { told_by_child_and_supervisor(true); }

}  // namespace
}  // namespace contracts
