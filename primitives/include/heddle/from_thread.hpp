// Calls from plain threads into tasks: the thread waits for the result.
//
//   co_await with_portal([](thread_portal portal) -> task<> { … });   opens a portal while it runs
//   from_thread(portal, function)                                     on any other thread
//
//   state     reached by              from_thread
//   open      with_portal             runs the call as a child of with_portal
//   closed    the end of the body     throws portal_closed
//
//   FT-1  When from_thread returns or throws, its call has ended and nothing of it is left.
//   FT-2  One thing comes out (XT-2): the value, the error, which is not wrapped, or `cancelled`.
//   FT-3  A stop token cancels the call: a function that has not been called never is (XT-1); a
//   task
//         is cancelled at its next checkpoint and waited for.
//   FT-4  Who comes too late is told so, and what was accepted has ended when with_portal ends.
//   FT-5  A cancellation of with_portal, or an error of its body, cancels the calls.
//   FT-6  What the thread did before happens before the call, and the call before what the thread
//         does next (TG-8).
//   FT-7  Errors of calls are their threads', and disturb nobody else.
//
// Not from a thread that runs tasks: a loop that waits for itself is a deadlock. A task awaits.
#pragma once

#include <concepts>
#include <condition_variable>
#include <functional>
#include <heddle/checkpoint.hpp>
#include <heddle/detail/to_its_end.hpp>
#include <heddle/task_group.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace heddle {

/// Thrown by from_thread when the portal has ended: the call has not begun and never will.
class portal_closed : public std::logic_error {
 public:
  portal_closed() : std::logic_error("the portal is closed: nothing runs calls from threads now") {}
};

namespace detail {

class portal_state {
 public:
  explicit portal_state(task_group& group) noexcept : group_(&group) {}

  /// False if it is closed; then nothing was taken.
  bool spawn(task<void>& call) {
    std::lock_guard guard(mutex_);
    if (group_ == nullptr) return false;
    group_->spawn(std::move(call));
    return true;
  }
  void close() noexcept {
    std::lock_guard guard(mutex_);
    group_ = nullptr;
  }

 private:
  std::mutex mutex_;
  task_group* group_;  // guarded by mutex_; null: closed
};

/// One call. Lives on the stack of the thread, which waits for it.
template <typename T>
class thread_call {
 public:
  thread_call(task<T> work, std::stop_token stop) : work_(std::move(work)) {
    if (stop.stop_possible()) scope_.cancel_with(std::move(stop));
  }

  T run(portal_state& portal) {
    task<void> served = serve(*this);
    bool accepted = false;
    try {
      accepted = portal.spawn(served);
    } catch (...) {  // no memory
      refuse(served);
      throw;
    }
    if (!accepted) {
      refuse(served);
      throw portal_closed();
    }
    std::unique_lock lock(mutex_);
    while (!end_) ended_.wait(lock);
    return std::move(*end_).get();
  }

 private:
  static task<void> serve(thread_call& call) {
    outcome<T> end = co_await to_its_end(call.scope_, std::move(call.work_));
    const bool by_the_group = end.is_cancelled() && !call.scope_.caught();
    call.deliver(std::move(end));  // the thread goes on, and the call is gone
    if (by_the_group) throw cancelled{};
  }

  // Notifies under the lock: the thread may destroy this as soon as it is released.
  void deliver(outcome<T> end) {
    std::lock_guard guard(mutex_);
    end_.emplace(std::move(end));
    ended_.notify_one();
  }
  void refuse(task<void>& served) noexcept {
    served.discard();
    work_.discard();
  }

  task<T> work_;  // until it begins
  cancel_scope scope_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::optional<outcome<T>> end_;  // guarded by mutex_
};

template <typename T>
inline constexpr bool is_task = false;
template <typename T>
inline constexpr bool is_task<task<T>> = true;

// The callable stays with the thread.
template <typename Function>
auto call_in_task(Function& function) {
  using result = std::invoke_result_t<Function&>;
  if constexpr (is_task<result>) {
    return [](Function& function) -> result {
      co_await cancellation_point();
      co_return co_await std::invoke(function);
    }(function);
  } else {
    return [](Function& function) -> task<result> {
      co_await cancellation_point();
      co_return std::invoke(function);
    }(function);
  }
}

}  // namespace detail

class thread_portal;

template <typename Body>
task<void> with_portal(Body body);

template <typename T>
T from_thread(const thread_portal& portal, task<T> work, std::stop_token stop = {});

/// Where threads call. Copies are the same portal; thread safe, and may outlive it.
class thread_portal {
 private:
  template <typename Body>
  friend task<void> with_portal(Body body);
  template <typename T>
  friend T from_thread(const thread_portal& portal, task<T> work, std::stop_token stop);
  explicit thread_portal(std::shared_ptr<detail::portal_state> state) noexcept
      : state_(std::move(state)) {}

  std::shared_ptr<detail::portal_state> state_;
};

/// Runs `body(portal)`, a task; closes the portal when it ends, and waits for the calls that were
/// accepted. Throws what with_task_group throws.
template <typename Body>
task<void> with_portal(Body body) {
  co_await with_task_group([&body](task_group& group) -> task<void> {
    struct closing {
      std::shared_ptr<detail::portal_state> state;
      ~closing() { state->close(); }
    };
    const closing open{std::make_shared<detail::portal_state>(group)};
    co_await std::invoke(body, thread_portal(open.state));
  });
}

/// Runs `work` where the portal is, and waits for it: its value, its error, `cancelled`. Blocks;
/// not on a thread that runs tasks. Throws portal_closed.
template <typename T>
T from_thread(const thread_portal& portal, task<T> work, std::stop_token stop) {
  detail::thread_call<T> call(std::move(work), std::move(stop));
  return call.run(*portal.state_);
}

/// The result of `function()`, called there; if that is a task, the result of the task. Not called
/// where the stop has come before.
template <typename Function>
  requires std::invocable<Function&>
auto from_thread(const thread_portal& portal, Function function, std::stop_token stop = {}) {
  return from_thread(portal, detail::call_in_task(function), std::move(stop));
}

}  // namespace heddle
