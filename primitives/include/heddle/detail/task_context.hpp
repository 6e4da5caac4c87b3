// What a task is to its executor: something to resume. One context stands for a whole chain of
// coroutines that await each other; each of their promises points to it.
//
//   suspended, not posted    owned by whoever will post it (a wait_node, the joined group …)
//   posted                   in the ready queue of its executor, linked by next_ready
//   running                  on a thread of its executor
//   finished                 resume() calls done(), which may destroy the context
#pragma once

#include <coroutine>
#include <heddle/executor.hpp>

namespace heddle::detail {

class scope_node;

class task_context {
 public:
  task_context(executor& where, scope_node* scope, void (*done)(task_context&) noexcept) noexcept
      : where(&where), scope(scope), done(done) {}
  task_context(const task_context&) = delete;
  task_context& operator=(const task_context&) = delete;

  executor* where;
  scope_node* scope;                     ///< the innermost scope: changed by the task itself only
  void (*done)(task_context&) noexcept;  ///< called outside of the coroutine, after its end
  std::coroutine_handle<> resume_point;  ///< set before the task can be posted
  task_context* next_ready = nullptr;    ///< of the executor
  bool* finished = nullptr;              ///< where the running coroutine says that it has ended
  bool cancellation_met = false;         ///< a checkpoint has thrown, and no scope absorbed it yet

  /// Suspends at `where_to_go_on` until somebody posts this task.
  void suspended_at(std::coroutine_handle<> where_to_go_on) noexcept {
    resume_point = where_to_go_on;
  }

  void post() noexcept { where->post(*this); }

  /// Runs until the task suspends or ends. When it has suspended, another thread may already run
  /// it, or have destroyed it: it is not touched any more.
  void resume() noexcept {
    bool ended = false;
    finished = &ended;
    resume_point.resume();
    if (ended) done(*this);
  }
};

}  // namespace heddle::detail
