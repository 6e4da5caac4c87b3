// Mutual exclusion of tasks. The lock is a guard: who has the guard has the lock, and a guard that
// dies gives it back, so that no path forgets it (LCK-2, LCK-4: nobody else can unlock, and an
// owner cannot end and keep it).
//
//   state     lock()                    the guard's end
//   free      takes it at once          -
//   owned     queues                    hands it to the first waiter, else free
//
//   LCK-1, CW-3  One owner. LCK-3, CW-4  First come, first served: ownership is handed over, and
//   who
//          comes later does not overtake.
//   CW-2   Never free while somebody waits. CW-5  Granted is granted: a cancellation that comes
//   later
//          finds a task that owns a guard.
//   CW-7   Unlocking happens before the next owner's section. CW-8  After `cancelled` it is not
//   owned.
#pragma once

#include <heddle/detail/wait_node.hpp>
#include <heddle/task.hpp>
#include <mutex>
#include <optional>
#include <utility>

namespace heddle {

class async_mutex {
 public:
  async_mutex() = default;
  async_mutex(const async_mutex&) = delete;
  async_mutex& operator=(const async_mutex&) = delete;

  /// Owns the lock, or nothing after a move or unlock(). May be moved to another task.
  class [[nodiscard]] guard {
   public:
    guard() = default;
    guard(guard&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
    guard& operator=(guard&& other) noexcept {
      unlock();
      mutex_ = std::exchange(other.mutex_, nullptr);
      return *this;
    }
    ~guard() { unlock(); }

    /// Gives the lock back; nothing if it is not owned. Never blocks.
    void unlock() noexcept {
      if (mutex_ != nullptr) std::exchange(mutex_, nullptr)->release();
    }
    bool owns_lock() const noexcept { return mutex_ != nullptr; }
    async_mutex* mutex() const noexcept { return mutex_; }

   private:
    friend class async_mutex;
    explicit guard(async_mutex& mutex) noexcept : mutex_(&mutex) {}
    async_mutex* mutex_ = nullptr;
  };

  class awaiter {
   public:
    awaiter(async_mutex& mutex, bool cancellable) noexcept
        : mutex_(mutex), cancellable_(cancellable) {}
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      detail::task_context& context = caller.promise().context();
      if (cancellable_ && !node_.enter(context)) return false;
      std::lock_guard lock(mutex_.mutex_);
      if (!mutex_.owned_) {
        mutex_.owned_ = true;
        node_.grant_at_once();
        return false;
      }
      if (!cancellable_) {
        node_.arm_shielded(context, caller);
      } else if (!node_.arm(context, caller)) {
        return false;
      }
      mutex_.waiters_.push_back(node_);
      return true;
    }
    guard await_resume() {
      if (!node_.finish()) {
        {
          std::lock_guard lock(mutex_.mutex_);
          if (node_.queued()) detail::wait_queue::remove(node_);
        }
        node_.throw_cancelled();
      }
      return guard(mutex_);
    }

   private:
    async_mutex& mutex_;
    const bool cancellable_;
    detail::wait_node node_;
  };

  /// `auto guard = co_await mutex.lock()`; throws `cancelled` if the task is, also where the mutex
  /// is free. Not recursive: a task that locks it twice waits for itself.
  [[nodiscard]] awaiter lock() noexcept { return awaiter(*this, true); }
  /// The same, but no cancellation ends the wait. For cleanup that must have the lock.
  [[nodiscard]] awaiter lock_shielded() noexcept { return awaiter(*this, false); }

  /// The lock, if it is free and nobody waits for it. Thread safe; no checkpoint.
  std::optional<guard> try_lock() {
    std::lock_guard lock(mutex_);
    if (owned_) return std::nullopt;
    owned_ = true;
    return guard(*this);
  }

 private:
  void release() noexcept {
    detail::wait_node* next = nullptr;
    {
      std::lock_guard lock(mutex_);
      next = detail::grant_first(waiters_);
      if (next == nullptr) owned_ = false;
    }
    if (next != nullptr) next->wake();
  }

  std::mutex mutex_;
  bool owned_ = false;          // guarded by mutex_
  detail::wait_queue waiters_;  // guarded by mutex_; empty unless owned_
};

}  // namespace heddle
