// GTH, WAT, ASC: several tasks at once, and what comes of them.
#include <heddle/exception_group.hpp>
#include <heddle/run_on.hpp>
#include <heddle/thread_pool.hpp>
#include <heddle/when_all.hpp>
#include <heddle/when_any.hpp>
#include <string>
#include <thread>
#include <vector>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::collect_all_settled;
using heddle::exception_group;
using heddle::outcome;
using heddle::when_all;
using heddle::when_any;

task<int> after_turns(std::size_t count, int value) {
  co_await turns(count);
  co_return value;
}

task<int> failing() {
  co_await checkpoint();
  throw failure();
}

task<int> cancels_itself() {
  co_await checkpoint();
  throw cancelled{};
}

template <typename... Tasks>
std::vector<task<int>> list(Tasks... tasks) {
  std::vector<task<int>> all;
  (all.push_back(std::move(tasks)), ...);
  return all;
}

HEDDLE_CHECK(gth_1_in_the_order_of_the_arguments) {
  in_every_order([]() -> task<> {
    const auto [first, second] = co_await when_all(after_turns(2, 1), after_turns(0, 2));
    require(first == 1 && second == 2, "not in the order of completion");
    const auto values = co_await when_all(list(after_turns(1, 1), after_turns(0, 2)));
    require(values == std::vector<int>{1, 2}, "nor here");
  }());
}

HEDDLE_CHECK(gth_2_first_error_cancels_and_comes_out) {
  int sibling = 0;
  try {
    in_every_order(when_all(failing(), [](int& sibling) -> task<> {
      try {
        co_await heddle::sleep_for(1h);
      } catch (const cancelled&) {
        ++sibling;
        throw;
      }
    }(sibling)));
    require(false, "the error comes out");
  } catch (const exception_group& errors) {
    require(errors.size() == 1, "in a group");
  }
  require(sibling <= 1, "the sibling has ended");
}

HEDDLE_CHECK(gth_3_errors_and_cancellations_collected) {
  const auto ends =
      in_every_order(collect_all_settled(list(after_turns(1, 7), failing(), cancels_itself())));
  require(ends[0].has_value() && ends[1].has_error() && ends[2].is_cancelled(), "each its own");
}

/// Cancelled from outside at any moment: it comes out, or everything was complete.
HEDDLE_CHECK(gth_4_a_cancellation_is_not_collected) {
  cancel_scope scope;
  bool collected = false;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](bool& collected) -> task<> {
      const auto ends = co_await collect_all_settled(list(after_turns(1, 1), after_turns(0, 2)));
      collected = true;
      for (const auto& end : ends) require(end.has_value(), "complete");
    }(collected)));
    co_await turns(heddle::choose(5));
    scope.cancel();
  }));
  require(collected != scope.caught(), "one of the two");
}

/// asyncio's gather(return_exceptions=True) before bpo-32684: its own cancellation is in the list.
HEDDLE_CHECK(m37_gather_collects_its_own_cancellation) {
  cancel_scope scope;
  event_loop loop;
  bool went_on = false;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](bool& went_on) -> task<> {
      std::vector<std::optional<outcome<>>> ends(1);
      try {
        co_await heddle::detail::store_outcome(ends[0], turns(9));
      } catch (const cancelled&) {
        // collected: it is in the list
      }
      went_on = true;
    }(went_on)));
    co_await turns(2);
    scope.cancel();
  }));
  require(!went_on, "the caller goes on as if nothing had been");
}

HEDDLE_CHECK(gth_5_a_child_that_cancels_itself) {
  bool out = false;
  try {
    in_every_order(when_all(cancels_itself(), after_turns(1, 1)));
  } catch (const cancelled&) {
    out = true;
  }
  require(out, "there is no value for it");
}

HEDDLE_CHECK(any_1_the_first_value_wins) {
  int alive = 0;
  auto racer = [](int& alive, std::size_t count, int value) -> task<int> {
    ++alive;
    try {
      co_await turns(count);
    } catch (...) {
      --alive;
      throw;
    }
    --alive;
    co_return value;
  };
  const auto won = in_every_order(when_any(list(racer(alive, 2, 0), racer(alive, 0, 1))));
  require(alive == 0, "asc_1: nobody is left");
  require(won.value == static_cast<int>(won.index), "the winner's own value");
}

HEDDLE_CHECK(any_1_the_fast_one_always_wins) {
  const auto won = in_every_order(when_any(list(after_turns(1, 0), after_turns(0, 1))));
  require(won.index == 1, "turns are no promise");
}

HEDDLE_CHECK(any_2_errors_count_only_if_nobody_wins) {
  const auto won = in_every_order(when_any(list(failing(), after_turns(1, 7))));
  require(won.value == 7, "the one that did not fail");
}

HEDDLE_CHECK(any_2_all_fail) {
  try {
    in_every_order(when_any(list(failing(), failing())));
    require(false, "errors come out");
  } catch (const exception_group& errors) {
    require(errors.size() == 2, "all of them");
  }
}

HEDDLE_CHECK(any_3_cancelled_from_outside) {
  cancel_scope scope;
  bool won = false;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](bool& won) -> task<> {
      co_await when_any(list(after_turns(1, 1), after_turns(1, 2)));
      won = true;
      co_await checkpoint();
    }(won)));
    co_await turns(heddle::choose(4));
    scope.cancel();
  }));
  require(won || scope.caught(), "a winner, or cancelled, or first the one and then the other");
}

HEDDLE_CHECK(asc_1_each_is_told_of_once) {
  int told = 0, seen = 0;
  in_every_order(heddle::as_completed(list(after_turns(1, 1), failing(), cancels_itself()),
                                      [&](std::size_t index, outcome<int> end) -> task<bool> {
                                        ++told;
                                        seen |= 1 << index;
                                        require(end.has_value() == (index == 0), "its own end");
                                        co_return true;
                                      }));
  require(told == 3 && seen == 7, "wat_2: each, once");
}

HEDDLE_CHECK(asc_1_leaving_early) {
  event_loop loop;
  int told = 0;
  const auto begin = steady::now();
  loop.run(heddle::as_completed(list(after_turns(1, 1),
                                     []() -> task<int> {
                                       co_await heddle::sleep_for(1h);
                                       co_return 2;
                                     }()),
                                [&](std::size_t, outcome<int>) -> task<bool> {
                                  ++told;
                                  co_return false;
                                }));
  require(told == 1 && steady::now() - begin < 1s, "the rest is cancelled and waited for");
}

HEDDLE_CHECK(xt_1_a_function_on_a_thread) {
  heddle::thread_pool pool(1);
  event_loop loop;
  int data = 1;
  const int result = loop.run(heddle::to_thread(pool, [&data] { return ++data; }));
  require(result == 2 && data == 2, "its result, and what it wrote");
}

/// Cancelled at any time by another thread: the function has ended, or never began.
HEDDLE_CHECK(xt_1_cancelled_while_on_a_thread) {
  heddle::thread_pool pool(1);
  event_loop loop;
  cancel_scope scope;
  bool inside = false, called = false;
  std::thread canceller([&] { scope.cancel(); });
  const auto result = loop.run(scope.run(heddle::to_thread(pool, [&] {
    inside = true;
    called = true;
    inside = false;
    return 7;
  })));
  require(!inside, "no thread goes on in secret");
  require(result.has_value() == called, "xt_2: one winner");
  canceller.join();
}

HEDDLE_CHECK(xt_2_its_error_is_not_wrapped) {
  heddle::thread_pool pool(1);
  event_loop loop;
  bool told = false;
  try {
    loop.run(heddle::run_on(pool, failing()));
  } catch (const failure&) {
    told = true;
  }
  require(told, "as it was thrown");
}

}  // namespace
}  // namespace contracts
