// The wait of a task for an operation of Asio's, and its cancellation.
//
//   state       set by                               a cancellation of the scope
//   not begun   constructor                          nothing is begun
//   begun       begin                                wakes the task, which emits the signal
//   emitting    emit_and_wait                        is being told to the operation
//   completed   the completion handler               comes too late: the next checkpoint has it
//
// Two things decide: the wait_node, who wakes the task first (the completion or the scope), and
// after a cancellation mutex_, which makes the task wait for both the emission and the completion.
// The operation touches buffers and sockets of the task, so the task never goes on before its end.
//
// An operation may complete while it is begun, on the thread that begins it (asio::dispatch does):
// its mutex is that thread's already.
//
// The signal is emitted on the executor of the handler, never on the thread that cancels: slots are
// not thread safe. Where that executor is a strand, or one thread, it cannot meet the completion.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/dispatch.hpp>
#include <coroutine>
#include <exception>
#include <heddle/detail/wait_node.hpp>
#include <mutex>
#include <utility>

namespace heddle::detail {

class asio_wait {
 public:
  explicit asio_wait(asio::any_io_executor where) noexcept : where_(std::move(where)) {}
  asio_wait(const asio_wait&) = delete;
  asio_wait& operator=(const asio_wait&) = delete;

  const asio::any_io_executor& get_executor() const noexcept { return where_; }
  asio::cancellation_slot slot() noexcept { return signal_.slot(); }

  /// By the completion handler, last: the task may go on at once.
  void complete() noexcept {
    task_context* second = nullptr;
    bool first = false;
    {
      std::unique_lock<std::mutex> guard;
      if (beginning != this) guard = std::unique_lock(mutex_);
      completed_ = true;
      first = node_.try_grant();
      if (!first && !emitting_) second = std::exchange(waiter_, nullptr);
    }
    if (first) node_.wake();
    if (second != nullptr) second->post();
  }

  /// `co_await begin(start)`: calls start(), which begins the operation, and waits: true if it has
  /// completed, false if it was cancelled and is still under way. Throws `cancelled` where nothing
  /// was begun, and what start() throws.
  template <typename Start>
  class begin_awaiter {
   public:
    begin_awaiter(asio_wait& wait, Start& start) noexcept : wait_(wait), start_(start) {}
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      task_context& context = caller.promise().context();
      if (!wait_.node_.enter(context)) return false;
      // The lock keeps who wakes this task from going on before all is begun.
      std::lock_guard guard(wait_.mutex_);
      if (!wait_.node_.arm(context, caller)) return false;
      begun_ = true;
      const beginning_of here(wait_);
      try {
        start_();
        return true;
      } catch (...) {
        failed_ = std::current_exception();
        return !wait_.node_.try_grant();  // who has cancelled it has posted it already
      }
    }
    bool await_resume() {
      {
        std::lock_guard guard(wait_.mutex_);
      }
      const bool complete = wait_.node_.finish();
      if (failed_) std::rethrow_exception(failed_);
      if (!begun_) wait_.node_.throw_cancelled();
      return complete;
    }

   private:
    asio_wait& wait_;
    Start& start_;
    bool begun_ = false;
    std::exception_ptr failed_;
  };
  template <typename Start>
  begin_awaiter<Start> begin(Start& start) noexcept {
    return {*this, start};
  }

  /// `co_await emit_and_wait()` after begin has said false: until the operation has completed.
  class emit_awaiter {
   public:
    explicit emit_awaiter(asio_wait& wait) noexcept : wait_(wait) {}
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      task_context& context = caller.promise().context();
      const asio::any_io_executor where = wait_.where_;
      {
        std::lock_guard guard(wait_.mutex_);
        if (wait_.completed_) return false;
        context.suspended_at(caller);
        wait_.waiter_ = &context;
        wait_.emitting_ = true;
      }
      asio::dispatch(where, [&wait = wait_]() noexcept { wait.emit(); });
      return true;  // it may already run on another thread
    }
    void await_resume() const noexcept {}

   private:
    asio_wait& wait_;
  };
  emit_awaiter emit_and_wait() noexcept { return emit_awaiter(*this); }

  /// Where `cancelled` is to be thrown after all.
  [[noreturn]] void throw_cancelled() const {
    node_.throw_cancelled();
    std::terminate();
  }

 private:
  // The one whose operation this thread is beginning.
  static inline constinit thread_local const asio_wait* beginning = nullptr;
  class beginning_of {
   public:
    explicit beginning_of(const asio_wait& wait) noexcept
        : outer_(std::exchange(beginning, &wait)) {}
    beginning_of(const beginning_of&) = delete;
    beginning_of& operator=(const beginning_of&) = delete;
    ~beginning_of() { beginning = outer_; }

   private:
    const asio_wait* const outer_;
  };

  void emit() noexcept {
    bool late = false;
    {
      std::lock_guard guard(mutex_);
      late = completed_;  // what the slot refers to may be gone
    }
    if (!late) signal_.emit(asio::cancellation_type::all);
    task_context* ready = nullptr;
    {
      std::lock_guard guard(mutex_);
      emitting_ = false;
      if (completed_) ready = std::exchange(waiter_, nullptr);
    }
    if (ready != nullptr) ready->post();
  }

  asio::any_io_executor where_;
  asio::cancellation_signal signal_;
  wait_node node_;
  std::mutex mutex_;
  bool completed_ = false;          // guarded by mutex_, like all below
  bool emitting_ = false;           // the emission is under way: it wakes the task, if it is last
  task_context* waiter_ = nullptr;  // in its second wait
};

}  // namespace heddle::detail
