// Waiting, inside of an async_mutex, for something that others change.
//
//   wait(guard)    gives the lock back and queues → granted or cancelled → locks again, always
//   notify(n)      grants the first n waiters that are still waiting
//
//   CND-1  wait ends with the lock held, cancelled or not: the lock is taken again unstoppably.
//   CND-2  A notification reaches a waiter that returns: who was cancelled first is passed over,
//   and
//          who was notified first returns normally, however much is cancelled afterwards.
//   CND-3  Wait in a loop, or give a predicate: another task may have been faster.
//   CND-4  A cancellation that comes while the lock is taken again is met at the next checkpoint.
#pragma once

#include <concepts>
#include <cstddef>
#include <heddle/async_mutex.hpp>
#include <stdexcept>

namespace heddle {

class async_condition_variable {
 public:
  async_condition_variable() = default;
  async_condition_variable(const async_condition_variable&) = delete;
  async_condition_variable& operator=(const async_condition_variable&) = delete;

  /// `guard` owns the mutex before and after, also where `cancelled` is thrown.
  task<void> wait(async_mutex::guard& guard) {
    if (!guard.owns_lock()) throw std::logic_error("a wait without the lock");
    async_mutex& mutex = *guard.mutex();
    detail::task_context& me = co_await detail::current_context{};
    const bool notified = co_await awaiter(*this, guard);
    if (!guard.owns_lock()) guard = co_await mutex.lock_shielded();
    if (notified) co_return;
    me.cancellation_met = true;
    throw cancelled{};
  }

  /// Until `done()` is true; it is called with the lock held.
  template <std::predicate Done>
  task<void> wait(async_mutex::guard& guard, Done done) {
    while (!done()) co_await wait(guard);
  }

  /// Lets up to `count` waiters go on. Thread safe; the caller need not have the lock.
  void notify(std::size_t count) noexcept {
    detail::wait_queue granted;
    {
      std::lock_guard lock(mutex_);
      for (; count != 0; --count) {
        detail::wait_node* const waiter = detail::grant_first(waiters_);
        if (waiter == nullptr) break;
        granted.push_back(*waiter);
      }
    }
    while (detail::wait_node* waiter = granted.pop_front()) waiter->wake();
  }
  void notify_one() noexcept { notify(1); }
  void notify_all() noexcept { notify(static_cast<std::size_t>(-1)); }

 private:
  // Queues, then gives the lock back; true if notified, false if cancelled.
  class awaiter {
   public:
    awaiter(async_condition_variable& condition, async_mutex::guard& guard) noexcept
        : condition_(condition), guard_(guard) {}
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      detail::task_context& context = caller.promise().context();
      // The lock is given back last, from here: this awaiter may be gone by then.
      async_mutex::guard released;
      if (!node_.enter(context)) return false;
      std::lock_guard lock(condition_.mutex_);
      if (!node_.arm(context, caller)) return false;
      condition_.waiters_.push_back(node_);
      released = std::move(guard_);
      return true;
    }
    bool await_resume() {
      if (node_.finish()) return true;
      std::lock_guard lock(condition_.mutex_);
      if (node_.queued()) detail::wait_queue::remove(node_);
      return false;
    }

   private:
    async_condition_variable& condition_;
    async_mutex::guard& guard_;
    detail::wait_node node_;
  };

  std::mutex mutex_;
  detail::wait_queue waiters_;  // guarded by mutex_
};

}  // namespace heddle
