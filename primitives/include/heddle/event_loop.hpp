// The single-threaded executor: everything runs on the thread that calls run().
//
//   state      run() is                 post from another thread
//   idle       not being called         keeps the task for the next run
//   running    in a task, or choosing   queues it
//   asleep     waiting                  queues it and wakes the loop
//
//   CAN-4      A task runs until it awaits something; the loop cannot interrupt it.
//   TMO-3      The clock is std::chrono::steady_clock: under heddle time is virtual.
//   TG-9       Ready tasks run first come, first served. That order is no promise: a chooser
//   (below)
//              changes it.
#pragma once

#include <cstddef>
#include <functional>
#include <heddle/detail/run_queue.hpp>
#include <heddle/task.hpp>
#include <utility>

namespace heddle {

class event_loop final : public detail::run_queue {
 public:
  event_loop() = default;

  /// Runs `main` to its end and returns its value, or throws its error; `cancelled` if it was. Not
  /// from two threads at once. Tasks of task groups have all ended by then.
  template <typename T>
  T run(task<T> main) {
    struct root final : detail::task_context {
      root(executor& where, detail::scope_node* scope)
          : task_context(where, scope, [](task_context& self) noexcept {
              static_cast<root&>(self).ended = true;
            }) {}
      bool ended = false;  // written and read by the thread of the loop
    };
    detail::scope_node scope;
    root context(*this, &scope);
    main.start_in(context);
    post(context);
    drive([&context] { return context.ended; });
    return main.take();
  }

  /// Lets `chooser(n)` say which of n ready tasks, or of n timers that are due, is next: 0 is the
  /// one that would be. For tests that try every order; the loop must not run meanwhile.
  void set_chooser(std::function<std::size_t(std::size_t)> chooser) {
    choose_by(std::move(chooser));
  }
};

/// Runs `main` on an event loop of its own.
template <typename T>
T run(task<T> main) {
  event_loop loop;
  return loop.run(std::move(main));
}

}  // namespace heddle
