// Tasks that end before their group does. with_task_group(body) runs `body(group)`; when it
// returns, or throws, or is cancelled, all children have ended.
//
//   state      reached by                   spawn, start             children
//   open       with_task_group              accepted                 run
//   aborting   an error, cancel(), from     accepted; the child runs cancelled at their next
//              outside                      to its first checkpoint  checkpoint
//   closed     body and children ended      throws group_closed      none
//
//   TG-1   Join: whatever happens, and however often the parent is cancelled, every child has
//   ended,
//          its frame and arguments included, when with_task_group ends.
//   TG-2   Nothing is added to a closed group; what is refused is destroyed, with the tasks that it
//          was to await, and not reported.
//   TG-3   A child of an aborting group is registered and cancelled, never left alive.
//   TG-4   The first error of a child or the body cancels all others (join policy first_error).
//   TG-5   All errors come out in one exception_group; cancellations are filtered.
//   TG-6   A cancellation from outside is never lost: it comes out if it ended the body or a child
//   and
//          there are no errors, and else at the parent's next checkpoint.
//   TG-7   The group's own cancellation ends with the group.
//   TG-8   spawn happens before the child, the child before the end of with_task_group.
//   TG-9   The order in which children start is no promise.
//   TG-10  Every accepted child runs, cancelled or not, up to its first checkpoint.
//   NUR-1  A child being started has one parent: its starter until started(), then the group.
//   NUR-2  start() returns only after started(), or throws; started() always hands over.
//   CUR    Join policies: first_error, all (errors disturb nobody), any (the first success ends
//   all). SWL    A child that met its cancellation and returned normally is counted: swallowed().
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <heddle/detail/child_set.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/task.hpp>
#include <stdexcept>
#include <stop_token>
#include <utility>
#include <vector>

namespace heddle {

/// Thrown by spawn and start when the group has ended.
class group_closed : public std::logic_error {
 public:
  group_closed() : std::logic_error("the task group is closed") {}
};

/// When a group cancels its children by itself.
enum class join_policy { first_error, all, any };

template <typename Body>
task<void> with_task_group(Body body, join_policy policy = join_policy::first_error);

class task_group {
 public:
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  /// Runs `work` concurrently, on the executor of the group. Thread safe; may be called by the
  /// body, by children, and by others that know that the group has not ended. Throws group_closed.
  void spawn(task<void> work) { spawn_on(*where_, std::move(work)); }

  /// The same on another executor.
  void spawn_on(executor& where, task<void> work) {
    if (!children_.spawn(where, work)) {
      work.discard();
      throw group_closed();
    }
  }

  /// Where spawn runs its tasks.
  executor& default_executor() const noexcept { return *where_; }

  /// Runs `work(status)`, a task that calls `status.started(value)` when it is ready: returns that
  /// value, while the task goes on as a child of the group. Until then it is a part of the caller:
  /// cancelled with it, and its error is thrown here. It must not outlive a group that is joined
  /// elsewhere: throws group_closed.
  template <typename T = void, typename Work>
  task<T> start(Work work);

  /// Cancels the body and all children, present and future. Thread safe.
  bool cancel() noexcept { return children_.scope().request_cancel(); }
  bool cancel_called() const noexcept { return children_.scope().cancel_requested(); }
  /// A token that is stopped when the group is cancelled, by whomever. Thread safe.
  std::stop_token token() { return children_.scope().token(); }

  /// How many children there are now. Thread safe.
  std::size_t size() const { return children_.size(); }
  /// How many children have returned normally after a checkpoint told them that they were
  /// cancelled.
  std::size_t swallowed() const { return children_.swallowed(); }

 private:
  template <typename Body>
  friend task<void> with_task_group(Body body, join_policy policy);
  template <typename Handler, typename Body>
  friend task<void> with_supervisor(Handler handler, Body body);

  task_group(detail::task_context& parent, join_policy policy)
      : where_(parent.where),
        children_(policy == join_policy::first_error, policy == join_policy::any) {}

  template <typename Body>
  static task<void> run(detail::task_context& me, task_group& group, Body& body);

  executor* where_;
  detail::child_set children_;
};

/// Runs `body(group)`, a task, and waits for all that it has spawned. See the table above for what
/// comes out: nothing, an exception_group, or `cancelled`.
template <typename Body>
task<void> with_task_group(Body body, join_policy policy) {
  detail::task_context& me = co_await detail::current_context{};
  task_group group(me, policy);
  co_await task_group::run(me, group, body);
}

template <typename Body>
task<void> task_group::run(detail::task_context& me, task_group& group, Body& body) {
  detail::child_set& children = group.children_;
  children.enter(me);
  bool lost_to_others = false;  // the body was cancelled, and not by this group
  try {
    co_await std::invoke(body, group);
  } catch (const cancelled&) {
    lost_to_others = !children.scope().absorbs();
    children.scope().request_cancel();
  } catch (...) {
    children.add_error(std::current_exception());
    children.scope().request_cancel();
  }
  co_await children.join();
  children.leave(me);
  if (std::vector<std::exception_ptr> errors = children.take_errors(); !errors.empty()) {
    throw exception_group("errors in a task group", std::move(errors));
  }
  // What has completed in spite of a cancellation from outside is kept (the next checkpoint will
  // tell); what was lost to it is not passed off as complete.
  if (lost_to_others || (children.lost_some() && me.scope->is_cancelled())) throw cancelled{};
  me.cancellation_met = false;
}

}  // namespace heddle

#include <heddle/detail/group_start.hpp>
