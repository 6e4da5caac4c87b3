// A flag that tasks wait for. Set for good: there is no clear(), because who clears it cannot know
// who has seen it (make a new event instead).
//
//   state    set()                    wait()
//   unset    grants all waiters       queues
//   set      nothing                  goes on at once
//
//   EVT-1  All that wait when set() is called go on; all that come later do not wait.
//   CW-1, CW-5, CW-6  See detail/wait_node.hpp.
//   CW-7   set() happens before what a waiter does next.
#pragma once

#include <heddle/detail/wait_node.hpp>
#include <heddle/task.hpp>
#include <mutex>

namespace heddle {

class async_event {
 public:
  async_event() = default;
  async_event(const async_event&) = delete;
  async_event& operator=(const async_event&) = delete;

  /// Thread safe; never blocks.
  void set() noexcept {
    detail::wait_queue granted;
    {
      std::lock_guard guard(mutex_);
      set_ = true;
      while (detail::wait_node* waiter = detail::grant_first(waiters_)) granted.push_back(*waiter);
    }
    while (detail::wait_node* waiter = granted.pop_front()) waiter->wake();
  }

  bool is_set() const {
    std::lock_guard guard(mutex_);
    return set_;
  }

  class awaiter {
   public:
    explicit awaiter(async_event& event) noexcept : event_(event) {}
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      detail::task_context& context = caller.promise().context();
      if (!node_.enter(context)) return false;
      std::lock_guard guard(event_.mutex_);
      if (event_.set_) {
        node_.grant_at_once();
        return false;
      }
      if (!node_.arm(context, caller)) return false;
      event_.waiters_.push_back(node_);
      return true;
    }
    void await_resume() {
      if (node_.finish()) return;
      {
        std::lock_guard guard(event_.mutex_);
        if (node_.queued()) detail::wait_queue::remove(node_);
      }
      node_.throw_cancelled();
    }

   private:
    async_event& event_;
    detail::wait_node node_;
  };

  /// `co_await event.wait()` until it is set; throws `cancelled` if the task is first.
  [[nodiscard]] awaiter wait() noexcept { return awaiter(*this); }

 private:
  mutable std::mutex mutex_;
  bool set_ = false;            // guarded by mutex_
  detail::wait_queue waiters_;  // guarded by mutex_
};

}  // namespace heddle
