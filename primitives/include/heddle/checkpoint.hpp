// The smallest awaits: look whether this task is cancelled, let others run, sleep.
//
//   co_await cancellation_point()   throws `cancelled` if the scope is cancelled; never suspends
//   co_await checkpoint()           the same before and after all other ready tasks have had a turn
//   co_await sleep_for(d)           the same, and waits until the time has passed or a cancellation
//   co_await sleep_until(t)
//
//   CAN-3, CAN-8  Sleeping ends in one way: in time, or cancelled.
//   TMO-8         A sleep into the past is a checkpoint all the same.
#pragma once

#include <chrono>
#include <heddle/detail/wait_node.hpp>
#include <heddle/task.hpp>
#include <mutex>

namespace heddle {

namespace detail {

class cancellation_point_awaiter {
 public:
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
    context_ = &caller.promise().context();
    return false;
  }
  void await_resume() const {
    if (!context_->scope->is_cancelled()) return;
    context_->cancellation_met = true;
    throw cancelled{};
  }

 protected:
  task_context* context_ = nullptr;
};

class checkpoint_awaiter : public cancellation_point_awaiter {
 public:
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
    task_context& context = caller.promise().context();
    context_ = &context;
    if (context.scope->is_cancelled()) return false;
    context.suspended_at(caller);
    context.post();  // from here on another thread may run the task
    return true;
  }
};

class sleep_awaiter : timer {
 public:
  explicit sleep_awaiter(time_point until) noexcept : timer(until, &sleep_awaiter::on_time) {}
  bool await_ready() const noexcept { return false; }

  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
    task_context& context = caller.promise().context();
    if (!node_.enter(context)) return false;
    // The lock keeps who wakes this task from going on before the timer is known.
    std::lock_guard guard(arming_);
    if (!node_.arm(context, caller)) return false;
    where_ = context.where;
    where_->add_timer(*this);
    return true;
  }

  void await_resume() {
    {
      std::lock_guard guard(arming_);
    }
    const bool in_time = node_.finish();
    if (where_ != nullptr) where_->remove_timer(*this);
    if (!in_time) node_.throw_cancelled();
  }

 private:
  static void on_time(timer& self) noexcept {
    wait_node& node = static_cast<sleep_awaiter&>(self).node_;
    if (node.try_grant()) node.wake();
  }

  std::mutex arming_;
  wait_node node_;
  executor* where_ = nullptr;
};

}  // namespace detail

/// Throws `cancelled` if this task is cancelled; else does nothing. Some nanoseconds.
[[nodiscard]] inline detail::cancellation_point_awaiter cancellation_point() noexcept { return {}; }

/// Lets all tasks run that are ready now, and throws `cancelled` if this task is cancelled before
/// or afterwards. For long computations: without it they cannot be cancelled.
[[nodiscard]] inline detail::checkpoint_awaiter checkpoint() noexcept { return {}; }

/// Waits until `when`, on std::chrono::steady_clock; throws `cancelled` as soon as the task is.
[[nodiscard]] inline detail::sleep_awaiter sleep_until(std::chrono::steady_clock::time_point when) {
  return detail::sleep_awaiter(when);
}

/// Waits at least `duration`; throws `cancelled` as soon as the task is.
template <typename Representation, typename Period>
[[nodiscard]] detail::sleep_awaiter sleep_for(
    std::chrono::duration<Representation, Period> duration) {
  return sleep_until(std::chrono::steady_clock::now() +
                     std::chrono::ceil<std::chrono::steady_clock::duration>(duration));
}

}  // namespace heddle
