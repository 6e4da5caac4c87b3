// The result of a task that somebody else may wait for, or have stopped waiting for.
//
//   state       set by               the error, if there is one, goes to
//   awaited     constructor          who waits
//   abandoned   a cancelled wait     the group that runs the task
//   delivered   the task's end
#pragma once

#include <heddle/async_event.hpp>
#include <heddle/outcome.hpp>
#include <memory>
#include <mutex>
#include <optional>

namespace heddle::detail {

template <typename T>
class shared_result {
 public:
  /// By the task: false if nobody waits any more.
  bool deliver(outcome<T> end) {
    {
      std::lock_guard guard(mutex_);
      if (abandoned_) return false;
      end_.emplace(std::move(end));
    }
    ended_.set();
    return true;
  }

  /// Until the task has ended: its value or its error. One waiter.
  task<T> wait() {
    try {
      co_await ended_.wait();
    } catch (const cancelled&) {
      // What was delivered in the meantime would be lost with the error in it.
      if (abandon()) throw;
    }
    co_return std::move(*end_).get();
  }

 private:
  bool abandon() {
    std::lock_guard guard(mutex_);
    if (end_) return false;
    abandoned_ = true;
    return true;
  }

  std::mutex mutex_;
  bool abandoned_ = false;         // guarded by mutex_
  std::optional<outcome<T>> end_;  // written once with mutex_ held, then only read
  async_event ended_;
};

/// Runs `work` and delivers how it ended; where nobody waits, throws its error.
template <typename T>
task<void> deliver(std::shared_ptr<shared_result<T>> result, task<T> work) {
  std::exception_ptr error;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
      result->deliver(outcome<T>(std::monostate{}));
    } else {
      result->deliver(outcome<T>(co_await std::move(work)));
    }
  } catch (...) {
    error = std::current_exception();
  }
  if (error && !result->deliver(outcome<T>(error))) std::rethrow_exception(error);
}

}  // namespace heddle::detail
