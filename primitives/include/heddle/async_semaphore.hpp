// Permits. A permit is an object: it goes back when it dies.
//
//   state            acquire()             release(), the end of a permit
//   permits > 0      takes one at once     adds one
//   permits == 0     queues                hands it to the first waiter, else adds one
//
//   SEM-1  Free permits = initial + released - acquired, never below 0.
//   SEM-2, CW-2  A permit is never free while somebody waits for it.
//   SEM-3, CW-4  First come, first served: who comes later does not overtake.
//   CW-5   A permit granted to a task that is then cancelled is a permit object, which gives it
//   back. CW-7   A release happens before what the task does that gets the permit. BSM-1
//   bounded_semaphore: releasing more than there were at first is an error and changes nothing.
#pragma once

#include <cstddef>
#include <heddle/detail/misuse.hpp>
#include <heddle/detail/wait_node.hpp>
#include <heddle/task.hpp>
#include <limits>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace heddle {

class async_semaphore {
 public:
  explicit async_semaphore(std::size_t permits) noexcept : permits_(permits) {}
  async_semaphore(const async_semaphore&) = delete;
  async_semaphore& operator=(const async_semaphore&) = delete;

  class [[nodiscard]] permit {
   public:
    permit() = default;
    permit(permit&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
    permit& operator=(permit&& other) noexcept {
      release();
      from_ = std::exchange(other.from_, nullptr);
      return *this;
    }
    ~permit() { release(); }

    /// Gives the permit back; nothing if there is none. Never blocks.
    void release() noexcept {
      if (from_ == nullptr) return;
      if (!std::exchange(from_, nullptr)->give_back(1)) {
        detail::misuse("a permit is given back to a semaphore that has all of them");
      }
    }
    /// Does not give it back: somebody else will call async_semaphore::release.
    void keep() noexcept { from_ = nullptr; }
    explicit operator bool() const noexcept { return from_ != nullptr; }

   private:
    friend class async_semaphore;
    explicit permit(async_semaphore& from) noexcept : from_(&from) {}
    async_semaphore* from_ = nullptr;
  };

  class awaiter {
   public:
    explicit awaiter(async_semaphore& semaphore) noexcept : semaphore_(semaphore) {}
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      detail::task_context& context = caller.promise().context();
      if (!node_.enter(context)) return false;
      std::lock_guard guard(semaphore_.mutex_);
      if (semaphore_.permits_ != 0) {
        --semaphore_.permits_;
        node_.grant_at_once();
        return false;
      }
      if (!node_.arm(context, caller)) return false;
      semaphore_.waiters_.push_back(node_);
      return true;
    }
    permit await_resume() {
      if (!node_.finish()) {
        {
          std::lock_guard guard(semaphore_.mutex_);
          if (node_.queued()) detail::wait_queue::remove(node_);
        }
        node_.throw_cancelled();
      }
      return permit(semaphore_);
    }

   private:
    async_semaphore& semaphore_;
    detail::wait_node node_;
  };

  /// `auto permit = co_await semaphore.acquire()`; throws `cancelled` if the task is.
  [[nodiscard]] awaiter acquire() noexcept { return awaiter(*this); }

  /// A permit, if one is free. Thread safe; no checkpoint.
  std::optional<permit> try_acquire() {
    std::lock_guard guard(mutex_);
    if (permits_ == 0) return std::nullopt;
    --permits_;
    return permit(*this);
  }

  /// Adds permits. Thread safe. Throws std::logic_error, and adds none, above the bound.
  void release(std::size_t count = 1) {
    if (!give_back(count)) throw std::logic_error("more permits released than there are");
  }

  /// How many permits are free now. Thread safe.
  std::size_t available() const {
    std::lock_guard guard(mutex_);
    return permits_;
  }

 protected:
  async_semaphore(std::size_t permits, std::size_t bound) noexcept
      : bound_(bound), permits_(permits) {}

 private:
  bool give_back(std::size_t count) noexcept {
    detail::wait_queue granted;
    {
      std::lock_guard guard(mutex_);
      if (count > bound_ - permits_) return false;
      for (; count != 0; --count) {
        if (detail::wait_node* waiter = detail::grant_first(waiters_)) {
          granted.push_back(*waiter);
        } else {
          ++permits_;
        }
      }
    }
    while (detail::wait_node* waiter = granted.pop_front()) waiter->wake();
    return true;
  }

  const std::size_t bound_ = std::numeric_limits<std::size_t>::max();
  mutable std::mutex mutex_;
  std::size_t permits_;         // guarded by mutex_
  detail::wait_queue waiters_;  // guarded by mutex_; nobody is still waiting where permits_ > 0
};

/// A semaphore that never has more permits than at first (BSM-1).
class bounded_semaphore : public async_semaphore {
 public:
  explicit bounded_semaphore(std::size_t permits) noexcept : async_semaphore(permits, permits) {}
};

}  // namespace heddle
