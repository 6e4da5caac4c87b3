// GTH, WAT, ASC with one thing broken, beside the same without the mistake (`_cure_`). The
// contracts themselves: gathering.cpp, endings.cpp.
#include <array>
#include <heddle/async_event.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/outcome.hpp>
#include <optional>
#include <vector>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::async_event;
using heddle::join_policy;
using heddle::outcome;

/// GTH-1: results as they come.
void results_of_two(bool in_the_order_of_the_arguments) {
  std::vector<std::size_t> values;
  std::array<std::size_t, 2> by_argument{};
  auto work = [&](std::size_t me, std::size_t how_long) -> task<> {
    co_await turns(how_long);
    by_argument[me] = me;
    values.push_back(me);
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(work(0, 1));
    group.spawn(work(1, 0));
    co_return;
  });
  if (in_the_order_of_the_arguments) values.assign(by_argument.begin(), by_argument.end());
  require(values == std::vector<std::size_t>{0, 1}, "in the order of completion");
}

HEDDLE_CHECK(gth_1_broken_as_they_come) { results_of_two(false); }
HEDDLE_CHECK(gth_1_cure_each_in_its_place) { results_of_two(true); }

/// GTH-2: all are waited for, and then an error comes out.
void error_beside_a_long_sleep(join_policy policy) {
  const auto begin = steady::now();
  try {
    in_one_order(
        [](task_group& group) -> task<> {
          group.spawn(sleep(1h));
          group.spawn(fail());
          co_return;
        },
        policy);
  } catch (const heddle::exception_group&) {
  }
  require(steady::now() - begin < 1min, "the error waits for the others");
}

HEDDLE_CHECK(gth_2_broken_the_error_waits) { error_beside_a_long_sleep(join_policy::all); }
HEDDLE_CHECK(gth_2_cure_cancels_the_others) { error_beside_a_long_sleep(join_policy::first_error); }

/// GTH-3: errors are collected where they are std::exceptions, and a cancellation is none.
void collecting(bool cancellations_too) {
  std::array<std::optional<outcome<int>>, 3> ends;
  auto settle = [&](std::optional<outcome<int>>& end, task<> work) -> task<> {
    try {
      co_await std::move(work);
      end.emplace(7);
    } catch (const std::exception&) {
      end.emplace(std::current_exception());
    } catch (const cancelled&) {
      if (!cancellations_too) throw;
      end.emplace(cancelled{});
    }
  };
  auto cancels_itself = []() -> task<> {
    co_await checkpoint();
    throw cancelled{};
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(settle(ends[0], turns(1)));
    group.spawn(settle(ends[1], fail()));
    group.spawn(settle(ends[2], cancels_itself()));
    co_return;
  });
  for (const auto& end : ends) require(end.has_value(), "the end of one is missing");
}

HEDDLE_CHECK(gth_3_broken_collects_ordinary_errors) { collecting(false); }
HEDDLE_CHECK(gth_3_cure_collects_all) { collecting(true); }

/// GTH-5: a child ends cancelled, and the others are cancelled along, "because that was us".
void child_that_cancels_itself(bool is_its_own_affair) {
  bool complete = false;
  auto cancels_itself = [&](task_group& group) -> task<> {
    try {
      co_await checkpoint();
      throw cancelled{};
    } catch (const cancelled&) {
      if (!is_its_own_affair) group.cancel();
    }
  };
  auto sibling = [&]() -> task<> {
    co_await turns(2);
    complete = true;
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(cancels_itself(group));
    group.spawn(sibling());
    co_return;
  });
  require(complete, "a sibling is cancelled along");
}

HEDDLE_CHECK(gth_5_broken_cancels_the_others) { child_that_cancels_itself(false); }
HEDDLE_CHECK(gth_5_cure_disturbs_nobody) { child_that_cancels_itself(true); }

/// WAT-2: who has ended is asked, then there is a turn, then who has not.
void done_and_pending(bool at_one_moment) {
  std::array<bool, 2> ended{};
  auto work = [&](std::size_t me) -> task<> {
    co_await turns(me);
    ended[me] = true;
  };
  auto how_many = [&](bool have) { return (ended[0] == have) + (ended[1] == have); };
  in_group([&](task_group& group) -> task<> {
    group.spawn(work(0));
    group.spawn(work(1));
    co_await turns(heddle::choose(3));
    const int done = how_many(true);
    if (!at_one_moment) co_await checkpoint();
    require(done + how_many(false) == 2, "one is neither done nor pending");
  });
}

HEDDLE_CHECK(wat_2_broken_asked_twice) { done_and_pending(false); }
HEDDLE_CHECK(wat_2_cure_asked_at_one_moment) { done_and_pending(true); }

/// ASC-1: they are waited for one after the other, and each is told of when its turn comes.
void told_of_two(bool as_they_end) {
  std::array<async_event, 2> ended;
  std::vector<std::size_t> told;
  auto work = [&](std::size_t me) -> task<> {
    co_await sleep(me == 0 ? 2s : 1s);
    if (as_they_end) told.push_back(me);
    ended[me].set();
  };
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(work(0));
    group.spawn(work(1));
    for (std::size_t next = 0; next != 2; ++next) {
      co_await ended[next].wait();
      if (!as_they_end) told.push_back(next);
    }
  });
  require(told == std::vector<std::size_t>{1, 0}, "the slow one is told of first");
}

HEDDLE_CHECK(asc_1_broken_in_the_order_of_the_arguments) { told_of_two(false); }
HEDDLE_CHECK(asc_1_cure_as_they_end) { told_of_two(true); }

}  // namespace
}  // namespace contracts
