// What the checks of tasks share: a loop that is explored in every order of ready tasks and of
// timers that are due, and a task that cancels at any of several moments.
#pragma once

#include <cstddef>
#include <functional>
#include <heddle/cancel_scope.hpp>
#include <heddle/check.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/task_group.hpp>
#include <stdexcept>
#include <utility>

namespace contracts {

using namespace std::chrono_literals;
using heddle::cancel_scope;
using heddle::cancelled;
using heddle::checkpoint;
using heddle::event_loop;
using heddle::require;
using heddle::task;
using heddle::task_group;
using heddle::with_task_group;
using steady = std::chrono::steady_clock;

/// Runs `main` on a loop of which each choice is explored.
template <typename T>
T in_every_order(task<T> main) {
  event_loop loop;
  loop.set_chooser([](std::size_t among) { return heddle::choose(among); });
  return loop.run(std::move(main));
}

/// Runs `body` in a group, in every order; or in the one order of a loop that nobody chooses for.
/// One instantiation for all: half of the time that a file of many groups takes to compile.
using group_body = std::function<task<>(task_group&)>;
inline void in_group(group_body body,
                     heddle::join_policy policy = heddle::join_policy::first_error) {
  in_every_order(with_task_group(std::move(body), policy));
}
inline void in_one_order(group_body body,
                         heddle::join_policy policy = heddle::join_policy::first_error) {
  event_loop loop;
  loop.run(with_task_group(std::move(body), policy));
}

/// Lets the other tasks have `count` turns.
inline task<> turns(std::size_t count) {
  for (; count != 0; --count) co_await checkpoint();
}

/// Cancels after one of 0 … most turns, and each is explored.
inline task<> cancel_sometime(cancel_scope& scope, std::size_t most) {
  co_await turns(heddle::choose(most + 1));
  scope.cancel();
}

/// Runs `work` in `scope` and forgets whether it was cancelled.
inline task<> within(cancel_scope& scope, task<> work) { co_await scope.run(std::move(work)); }

/// An error of a test's own.
struct failure : std::runtime_error {
  failure() : std::runtime_error("a failure") {}
};

inline task<> fail() {
  co_await checkpoint();
  throw failure();
}

inline task<> sleep(steady::duration how_long) { co_await heddle::sleep_for(how_long); }

}  // namespace contracts
