// What the lessons of docs/tasks.md share: a caller that is cancelled at any moment.
#pragma once

#include <heddle/cancel_scope.hpp>
#include <heddle/check.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/shielded.hpp>
#include <heddle/task_group.hpp>
#include <heddle/timeouts.hpp>
#include <optional>
#include <utility>

namespace lessons {

using namespace std::chrono_literals;
using heddle::cancel_scope;
using heddle::cancelled;
using heddle::checkpoint;
using heddle::require;
using heddle::sleep_for;
using heddle::task;
using heddle::task_group;
using heddle::with_task_group;
using clock = std::chrono::steady_clock;

/// Runs `work` on a loop that is explored in every order of ready tasks and of timers that are due.
template <typename T>
T explored(task<T> work) {
  heddle::event_loop loop;
  loop.set_chooser([](std::size_t among) { return heddle::choose(among); });
  return loop.run(std::move(work));
}

inline task<> turns(std::size_t count) {
  for (; count != 0; --count) co_await checkpoint();
}

/// Runs `work`, which is cancelled from outside after some turns, and each number of turns is
/// tried. What the scope says of it: its value, or nothing (true or false, for void).
template <typename T>
auto cancelled_at_any_moment(task<T> work) {
  cancel_scope scope;
  decltype(std::declval<cancel_scope>().run(std::declval<task<T>>()).take()) result{};
  explored(with_task_group([&](task_group& group) -> task<> {
    group.spawn([](auto& scope, auto& result, task<T> work) -> task<> {
      result = co_await scope.run(std::move(work));
    }(scope, result, std::move(work)));
    co_await turns(heddle::choose(4));
    scope.cancel();
  }));
  return result;
}

}  // namespace lessons
