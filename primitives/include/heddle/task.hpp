// task<T>: a coroutine that does nothing until it is awaited, runs in its caller's place, and hands
// back its result or its error.
//
//   state        reached by                         the frame is destroyed by
//   created      calling the coroutine              ~task, which reports that it never ran
//   running      co_await, spawn, run               nobody
//   ended        return, or an exception            ~task
//
//   PFN-1  A task that is dropped without having run is a mistake that the type system cannot see
//          (a callback wrapped in std::function<void()>): it is reported, in debug builds by abort.
//          Not where an error or a cancellation came in between: of who was to await it, too.
//   CAN-2, CAN-4  Nothing interrupts the code between two co_awaits. Each co_await of this library
//          is a checkpoint: it throws `cancelled` if the task's scope is cancelled, even if there
//          is nothing to wait for. Awaiting a task<T> is no checkpoint by itself.
//   CAN-10 A frame is destroyed only at its end, so cleanup is never skipped.
//
// A coroutine that is a lambda must outlive its task: its captures lie in the lambda, not in the
// frame. with_task_group and the other functions that take a callable keep it alive themselves.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <heddle/detail/frame_cache.hpp>
#include <heddle/detail/misuse.hpp>
#include <heddle/detail/scope_node.hpp>
#include <heddle/detail/task_context.hpp>
#include <heddle/outcome.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle {

template <typename T>
class task;

namespace detail {

class promise_base {
 public:
  static void* operator new(std::size_t bytes) {
    if constexpr (!frames_are_kept) return ::operator new(bytes);
    return frame_cache::allocate(bytes);
  }
  static void operator delete(void* frame, std::size_t bytes) noexcept {
    if constexpr (!frames_are_kept) return ::operator delete(frame);
    frame_cache::deallocate(frame, bytes);
  }

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct final_awaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      promise_base& promise = ended.promise();
      if (promise.continuation_) return promise.continuation_;
      *promise.context_->finished = true;
      return std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };
  final_awaiter final_suspend() noexcept { return {}; }

  task_context& context() const noexcept { return *context_; }
  bool started() const noexcept { return context_ != nullptr; }

  void start_in(task_context& context, std::coroutine_handle<> continuation) noexcept {
    context_ = &context;
    continuation_ = continuation;
  }

 private:
  task_context* context_ = nullptr;
  std::coroutine_handle<> continuation_;
};

template <typename T>
class task_promise final : public promise_base {
 public:
  task<T> get_return_object() noexcept;
  template <std::convertible_to<T> Value>
  void return_value(Value&& value) {
    value_.emplace(std::forward<Value>(value));
  }
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

  std::exception_ptr error() const noexcept { return error_; }
  T take() {
    if (error_) std::rethrow_exception(error_);
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
  std::exception_ptr error_;
};

template <>
class task_promise<void> final : public promise_base {
 public:
  inline task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

  std::exception_ptr error() const noexcept { return error_; }
  void take() {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::exception_ptr error_;
};

/// While it lives, this thread destroys a task on purpose. What lies in that task's frame goes with
/// it: group.spawn(fail_after(1s, work())) has two tasks, of which a closed group sees one.
class discarding {
 public:
  discarding() noexcept { ++depth_; }
  ~discarding() { --depth_; }
  discarding(const discarding&) = delete;
  discarding& operator=(const discarding&) = delete;

  static bool now() noexcept { return depth_ != 0; }

 private:
  static inline constinit thread_local int depth_ = 0;
};

}  // namespace detail

/// What a coroutine that returns `task<T>` gives its caller. Move-only; not thread safe, but may be
/// handed to another thread before it has started.
template <typename T = void>
class [[nodiscard("a task does nothing until it is awaited or spawned")]] task {
 public:
  using promise_type = detail::task_promise<T>;
  using value_type = T;

  task() = default;
  task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  task& operator=(task&& other) noexcept {
    if (this != &other) {
      destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~task() { destroy(); }

  /// Whether there is a coroutine.
  explicit operator bool() const noexcept { return handle_ != nullptr; }

  /// Destroys a task that is not wanted any more, on purpose, with the tasks that it was given:
  /// nothing is reported.
  void discard() noexcept {
    if (!handle_) return;
    const detail::discarding on_purpose;
    std::exchange(handle_, nullptr).destroy();
  }

  /// Runs the task in the place of the coroutine that awaits it, by symmetric transfer.
  auto operator co_await() && noexcept {
    if (!handle_) detail::misuse("an empty task was awaited");
    return awaiter{handle_};
  }

  /// For executors: the coroutine becomes the beginning of `context`.
  void start_in(detail::task_context& context) noexcept {
    handle_.promise().start_in(context, nullptr);
    context.suspended_at(handle_);
  }
  /// For executors, after the end: the error, or null; the value, or the error thrown.
  std::exception_ptr error() const noexcept { return handle_.promise().error(); }
  T take() { return handle_.promise().take(); }

 private:
  struct awaiter {
    std::coroutine_handle<promise_type> handle;
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      handle.promise().start_in(caller.promise().context(), caller);
      return handle;
    }
    T await_resume() { return handle.promise().take(); }
  };

  friend promise_type;
  explicit task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}

  void destroy() noexcept {
    if (!handle_) return;
#ifndef NDEBUG
    if (!handle_.promise().started() && std::uncaught_exceptions() == 0 &&
        !detail::discarding::now()) {
      detail::misuse("a task was destroyed that has never run: co_await or spawn it");
    }
    // It ended early, so what it was given may never have run, and lies in its frame until now.
    if (handle_.promise().error()) return discard();
#endif
    std::exchange(handle_, nullptr).destroy();
  }

  std::coroutine_handle<promise_type> handle_;
};

namespace detail {

template <typename T>
task<T> task_promise<T>::get_return_object() noexcept {
  return task<T>(std::coroutine_handle<task_promise>::from_promise(*this));
}

inline task<void> task_promise<void>::get_return_object() noexcept {
  return task<void>(std::coroutine_handle<task_promise>::from_promise(*this));
}

/// `co_await current_context{}` is the task_context that runs this coroutine. No checkpoint.
class current_context {
 public:
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
    context_ = &caller.promise().context();
    return false;
  }
  task_context& await_resume() const noexcept { return *context_; }

 private:
  task_context* context_ = nullptr;
};

/// How a task that has ended did so.
template <typename T>
outcome<T> outcome_of(task<T>& ended) {
  if (std::exception_ptr error = ended.error()) return outcome<T>(std::move(error));
  if constexpr (std::is_void_v<T>) {
    return outcome<T>(std::monostate{});
  } else {
    return outcome<T>(ended.take());
  }
}

}  // namespace detail

}  // namespace heddle
