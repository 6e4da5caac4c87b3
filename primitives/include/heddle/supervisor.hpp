// A group whose children do not disturb each other: an error of one goes to a handler at once, and
// the others go on.
//
//   SUP-1  A child's error cancels nobody and is not stored: the handler has it, at once.
//   SUP-2  What the handler throws is not lost: it comes out at the end, in an exception_group.
//   SUP-3  When the body ends, its children are cancelled and waited for: a supervisor's children
//   serve
//          for as long as the body needs them.
//   SUP-4  An error is reported once.
#pragma once

#include <heddle/task_group.hpp>

namespace heddle {

/// Runs `body(group)` with children that `handler(std::exception_ptr)` looks after, and cancels and
/// joins them when it ends. The handler runs on the thread of the child that has failed, maybe on
/// several at once, and must not wait. Throws what with_task_group throws.
template <typename Handler, typename Body>
task<void> with_supervisor(Handler handler, Body body) {
  detail::task_context& me = co_await detail::current_context{};
  task_group group(me, join_policy::all);
  group.children_.set_handler(std::move(handler));
  auto until_the_end = [&body](task_group& group) -> task<void> {
    co_await std::invoke(body, group);
    group.cancel();
  };
  co_await task_group::run(me, group, until_the_end);
}

}  // namespace heddle
