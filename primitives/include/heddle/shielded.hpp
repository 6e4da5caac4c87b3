// Work that a cancellation from outside does not reach. There is no shield that lets the caller go
// and leaves the work behind: the caller waits, or a group owns the work.
//
//   co_await shielded(work)            the caller waits; a cancellation comes at its next
//   checkpoint co_await shielded_in(group, work)  the caller is cancelled at once; the work goes on
//   in the group
//
//   SHD-1  shielded_in: the caller's cancellation ends its wait immediately and leaves the work
//   alone. SHD-2  Results and errors pass through while the caller waits. SHD-3  No orphan:
//   afterwards the group waits for the work, and has its error. SHD-4  shielded keeps the caller
//   waiting; give it a limit of its own (timeouts.hpp) inside. SHD-5  Nothing of the caller is left
//   with the work.
#pragma once

#include <heddle/cancel_scope.hpp>
#include <heddle/detail/shared_result.hpp>
#include <heddle/task_group.hpp>

namespace heddle {

/// Runs `work` in a scope that no cancellation from outside reaches; its value or its error.
template <typename T>
task<T> shielded(task<T> work) {
  cancel_scope scope;
  scope.shield();
  // Nobody cancels this scope, so it absorbs nothing and there is always a result.
  if constexpr (std::is_void_v<T>) {
    co_await scope.run(std::move(work));
  } else {
    co_return *co_await scope.run(std::move(work));
  }
}

/// Runs `work` as a child of `group`, and waits for its value. Where the caller is cancelled first,
/// it leaves, and the group keeps the work, whose error is then one of the group. Throws
/// group_closed; then the work is destroyed and not reported.
template <typename T>
task<T> shielded_in(task_group& group, task<T> work) {
  auto result = std::make_shared<detail::shared_result<T>>();
  group.spawn(detail::deliver(result, std::move(work)));
  co_return co_await result->wait();
}

}  // namespace heddle
