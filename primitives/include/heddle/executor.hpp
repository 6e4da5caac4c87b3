// Where tasks run. An executor is given tasks that are ready to go on, and timers; event_loop.hpp
// and thread_pool.hpp are the two that exist. A task stays with the executor that it was spawned
// on; tasks of one group may have different ones.
#pragma once

#include <chrono>
#include <heddle/detail/intrusive_list.hpp>

namespace heddle {

namespace detail {

class task_context;
struct due_tag;

/// Something to be done at a time. `fire` runs on a thread of the executor, must not run user code,
/// and may be called only between add_timer and remove_timer.
struct timer : list_hook<due_tag> {
  using time_point = std::chrono::steady_clock::time_point;
  enum class state : unsigned char { idle, pending, due, firing };

  timer(time_point when, void (*fire)(timer&) noexcept) noexcept : when(when), fire(fire) {}
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  time_point when;
  void (*fire)(timer&) noexcept;
  // Of the queue (timer_queue.hpp), guarded by the executor's mutex:
  state now = state::idle;
  timer* child = nullptr;
  timer* sibling = nullptr;
  timer* previous = nullptr;
};

}  // namespace detail

/// The interface of executors. Everything that happened before a call of post happens before what
/// the task does next. All functions are thread safe and none blocks but remove_timer.
class executor {
 public:
  executor() = default;
  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;

  /// Lets the task go on, some time after this call and never inside of it. The task must be
  /// suspended, and nobody may post it again before it runs.
  virtual void post(detail::task_context& ready) noexcept = 0;

  /// Calls `timer.fire` at `timer.when` or later, once.
  virtual void add_timer(detail::timer& timer) noexcept = 0;

  /// When it returns, `fire` is not running and will not be called. It waits for a call that runs
  /// on another thread.
  virtual void remove_timer(detail::timer& timer) noexcept = 0;

 protected:
  ~executor() = default;
};

}  // namespace heddle
