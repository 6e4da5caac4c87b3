// A child of a group that can be asked for its result and cancelled for itself.
//
//   auto handle = spawn_with_result(group, work());
//   int value = co_await handle;
//
//   state     set by          cancel()             co_await handle, wait()
//   running   constructor     cancels the child    wait
//   ended     the child       false, no effect     go on at once
//   taken     co_await        false, no effect     co_await: std::logic_error
//
//   TH-1  The result is kept until it is asked for, also after the group has ended. One task takes
//         the value; any number may wait, and see the same error.
//   TH-2  cancel() reaches this child and what it runs, and nobody else of the group. (CAN-1: true
//         only if this call was the first and the child has not ended.)
//   TH-3  When the child is said to have ended, nothing of its task is left.
//   TH-4  The group has the error as it has any child's; where it arrives a second time, through
//   who
//         waited for the handle, it is still told once (SUP-4).
//   TH-5  That the child was cancelled is no cancellation of who waits (CAN-9): task_cancelled.
//   TH-6  Who waits may be cancelled, or drop the handle: the child goes on.
//   TG-2  What a closed group refuses is destroyed and not reported.
#pragma once

#include <heddle/async_event.hpp>
#include <heddle/detail/to_its_end.hpp>
#include <heddle/task_group.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace heddle {

/// Thrown by `co_await handle` where the child ended cancelled, and who waits is not.
class task_cancelled : public std::runtime_error {
 public:
  task_cancelled() : std::runtime_error("the task was cancelled") {}
};

namespace detail {

/// What a child and its handles share.
template <typename T>
class kept_result {
 public:
  explicit kept_result(task<T> work) noexcept : work_(std::move(work)) {}

  /// The child itself.
  static task<void> keep(std::shared_ptr<kept_result> self) {
    outcome<T> end = co_await to_its_end(self->scope_, std::move(self->work_));
    const std::exception_ptr error = end.error();
    const bool was_cancelled = end.is_cancelled();
    self->deliver(std::move(end));
    if (error) std::rethrow_exception(error);
    if (was_cancelled) throw cancelled{};  // by its handle, too: it is no success
  }

  void discard() noexcept { work_.discard(); }

  bool cancel() noexcept {
    {
      std::lock_guard guard(mutex_);
      if (end_) return false;
    }
    return scope_.cancel();  // runs callbacks of its tokens: with no lock held
  }
  async_event& ended() noexcept { return ended_; }

  // After the end:
  const outcome<T>& end() const {
    if (!ended_.is_set()) throw std::logic_error("the end of a task that has not ended");
    return *end_;
  }
  T take(task_context& who) {
    if (end_->is_cancelled()) {
      if (!who.scope->is_cancelled()) throw task_cancelled();
      who.cancellation_met = true;
      throw cancelled{};
    }
    if (end_->has_error()) std::rethrow_exception(end_->error());
    std::lock_guard guard(mutex_);
    if (std::exchange(taken_, true)) throw std::logic_error("a result is taken once");
    return std::move(*end_).get();
  }

 private:
  void deliver(outcome<T> end) {
    {
      std::lock_guard guard(mutex_);
      end_.emplace(std::move(end));
    }
    ended_.set();
  }

  task<T> work_;  // until the child begins
  cancel_scope scope_;
  std::mutex mutex_;
  std::optional<outcome<T>> end_;  // written once with mutex_ held, before the event
  bool taken_ = false;             // guarded by mutex_
  async_event ended_;
};

}  // namespace detail

/// Copies stand for the same child. Thread safe. May outlive the group.
template <typename T = void>
class task_handle {
 public:
  /// Cancels the child; see TH-2. It still runs its cleanup: wait for its end.
  bool cancel() const noexcept { return kept_->cancel(); }

  /// Whether the child has ended.
  bool done() const { return kept_->ended().is_set(); }

  /// `co_await handle.wait()` until the child has ended, however; throws nothing of the child's.
  [[nodiscard]] async_event::awaiter wait() const noexcept { return kept_->ended().wait(); }

  /// How the child has ended, without taking it: std::logic_error before the end. Lives as long as
  /// a handle, and changes only when the value is taken.
  const outcome<T>& end() const { return kept_->end(); }

  class awaiter : async_event::awaiter {
   public:
    explicit awaiter(std::shared_ptr<detail::kept_result<T>> kept) noexcept
        : async_event::awaiter(kept->ended()), kept_(std::move(kept)) {}
    using async_event::awaiter::await_ready;
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      context_ = &caller.promise().context();
      return async_event::awaiter::await_suspend(caller);
    }
    T await_resume() {
      async_event::awaiter::await_resume();
      return kept_->take(*context_);
    }

   private:
    std::shared_ptr<detail::kept_result<T>> kept_;
    detail::task_context* context_ = nullptr;
  };

  /// `co_await handle`: waits for the end and takes the value; throws the child's error,
  /// task_cancelled, or `cancelled` where the caller is. A second value is a std::logic_error.
  awaiter operator co_await() const noexcept { return awaiter(kept_); }

 private:
  template <typename U>
  friend task_handle<U> spawn_with_result_on(executor&, task_group&, task<U>);
  explicit task_handle(std::shared_ptr<detail::kept_result<T>> kept) noexcept
      : kept_(std::move(kept)) {}

  std::shared_ptr<detail::kept_result<T>> kept_;
};

/// Runs `work` as a child of `group` on `where`. Throws group_closed.
template <typename T>
task_handle<T> spawn_with_result_on(executor& where, task_group& group, task<T> work) {
  auto kept = std::make_shared<detail::kept_result<T>>(std::move(work));
  try {
    group.spawn_on(where, detail::kept_result<T>::keep(kept));
  } catch (...) {
    kept->discard();
    throw;
  }
  return task_handle<T>(std::move(kept));
}

/// The same on the executor of the group.
template <typename T>
task_handle<T> spawn_with_result(task_group& group, task<T> work) {
  return spawn_with_result_on(group.default_executor(), group, std::move(work));
}

}  // namespace heddle
