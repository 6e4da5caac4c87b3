// Bridges between executors and threads.
//
//   co_await run_on(executor, work)     runs a task on another executor and waits for it here
//   co_await to_thread(pool, function)  runs a blocking function on a pool's thread
//
//   XT-1   Work that was cancelled before it began runs to its first checkpoint; a function that
//   has
//          begun is waited for: no thread goes on in secret and keeps what it acquires.
//   XT-2   The end of the work is one event: its value, its error, or `cancelled`.
//   TG-8   What this task did before happens before the work, and the work before what it does
//   next.
#pragma once

#include <functional>
#include <heddle/checkpoint.hpp>
#include <heddle/when_all.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle {

/// The value of `work`, or its error, which is not wrapped. Cancelled with this task.
template <typename T>
task<T> run_on(executor& where, task<T> work) {
  std::optional<outcome<T>> end;
  co_await with_task_group([&](task_group& group) -> task<void> {
    group.spawn_on(where, detail::store_outcome(end, std::move(work)));
    co_return;
  });
  co_return std::move(*end).get();
}

/// The result of `function()`, which may block and is not interrupted; not called where this task
/// is already cancelled.
template <typename Function>
auto to_thread(executor& pool, Function function) -> task<std::invoke_result_t<Function&>> {
  auto call = [&function]() -> task<std::invoke_result_t<Function&>> {
    co_await cancellation_point();
    co_return std::invoke(function);
  };
  co_return co_await run_on(pool, call());
}

}  // namespace heddle
