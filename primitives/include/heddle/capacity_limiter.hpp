// At most so many at once, where "so many" may change while it is in use.
//
//   free = total - borrowed; negative after the total was lowered: then nobody gets a token until
//   enough have come back.
//
//   SEM-1 … SEM-3 and CW-1 … CW-8 as for async_semaphore; in addition: raising the total lets
//   waiters go on at once, and lowering it takes no token away.
#pragma once

#include <cstddef>
#include <heddle/detail/wait_node.hpp>
#include <heddle/task.hpp>
#include <mutex>
#include <utility>

namespace heddle {

class capacity_limiter {
 public:
  explicit capacity_limiter(std::size_t total) noexcept : total_(total) {}
  capacity_limiter(const capacity_limiter&) = delete;
  capacity_limiter& operator=(const capacity_limiter&) = delete;

  class [[nodiscard]] token {
   public:
    token(token&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
    token& operator=(token&&) = delete;
    ~token() {
      if (from_ != nullptr) from_->change([this] { --from_->borrowed_; });
    }

   private:
    friend class capacity_limiter;
    explicit token(capacity_limiter& from) noexcept : from_(&from) {}
    capacity_limiter* from_;
  };

  class awaiter {
   public:
    explicit awaiter(capacity_limiter& limiter) noexcept : limiter_(limiter) {}
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      detail::task_context& context = caller.promise().context();
      if (!node_.enter(context)) return false;
      std::lock_guard guard(limiter_.mutex_);
      if (limiter_.borrowed_ < limiter_.total_) {
        ++limiter_.borrowed_;
        node_.grant_at_once();
        return false;
      }
      if (!node_.arm(context, caller)) return false;
      limiter_.waiters_.push_back(node_);
      return true;
    }
    token await_resume() {
      if (!node_.finish()) {
        {
          std::lock_guard guard(limiter_.mutex_);
          if (node_.queued()) detail::wait_queue::remove(node_);
        }
        node_.throw_cancelled();
      }
      return token(limiter_);
    }

   private:
    capacity_limiter& limiter_;
    detail::wait_node node_;
  };

  /// `auto token = co_await limiter.acquire()`; throws `cancelled` if the task is.
  [[nodiscard]] awaiter acquire() noexcept { return awaiter(*this); }

  /// Changes how many tokens there are. Thread safe.
  void set_total(std::size_t total) noexcept {
    change([this, total] { total_ = total; });
  }
  std::size_t total() const {
    std::lock_guard guard(mutex_);
    return total_;
  }
  std::size_t borrowed() const {
    std::lock_guard guard(mutex_);
    return borrowed_;
  }

 private:
  template <typename Change>
  void change(Change change) noexcept {
    detail::wait_queue granted;
    {
      std::lock_guard guard(mutex_);
      change();
      while (borrowed_ < total_) {
        detail::wait_node* const waiter = detail::grant_first(waiters_);
        if (waiter == nullptr) break;
        ++borrowed_;
        granted.push_back(*waiter);
      }
    }
    while (detail::wait_node* waiter = granted.pop_front()) waiter->wake();
  }

  mutable std::mutex mutex_;
  std::size_t total_;  // guarded by mutex_, like all below
  std::size_t borrowed_ = 0;
  detail::wait_queue waiters_;  // nobody is still waiting where borrowed_ < total_
};

}  // namespace heddle
