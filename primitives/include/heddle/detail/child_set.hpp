// What task groups and supervisors have in common: children, their errors, and the wait for the
// last.
//
//   child     spawned → running → ended: frame destroyed, scope left, error reported, then counted
//   joiner    none → waiting (join) → woken by the child that ends last
//
// The order of a child's end is what TG-1 needs: when the count says that it has ended, nothing of
// it is left, and the last thing it touches is the mutex of the set.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <heddle/detail/scope_node.hpp>
#include <heddle/detail/task_context.hpp>
#include <heddle/task.hpp>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace heddle::detail {

class child_set {
 public:
  using error_handler = std::function<void(std::exception_ptr)>;

  child_set(bool error_cancels, bool success_cancels) noexcept
      : error_cancels_(error_cancels), success_cancels_(success_cancels) {}
  child_set(const child_set&) = delete;
  child_set& operator=(const child_set&) = delete;

  scope_node& scope() noexcept { return scope_; }
  const scope_node& scope() const noexcept { return scope_; }

  /// Errors of children go to `handler`, at once and with no lock held; its own are kept.
  void set_handler(error_handler handler) { handler_ = std::move(handler); }

  /// The task `me` is inside of the set's scope from now on.
  void enter(task_context& me) noexcept {
    scope_.enter(me.scope);
    me.scope = &scope_;
  }
  void leave(task_context& me) noexcept {
    me.scope = scope_.parent();
    scope_.leave();
  }

  /// Takes `work` and runs it: false, and it is not taken, if the set has been joined.
  bool spawn(executor& where, task<void>& work) {
    auto made = std::make_unique<child>(*this, where);
    if (!count_one_more()) return false;
    child& added = *made.release();
    added.scope_of_its_own.enter(&scope_);
    added.run(std::move(work));
    return true;
  }

  /// Waits until no child is left; closes the set. No cancellation ends this wait: it arrives at
  /// the children.
  class join_awaiter {
   public:
    explicit join_awaiter(child_set& set) noexcept : set_(set) {}
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) noexcept {
      task_context& context = caller.promise().context();
      std::lock_guard guard(set_.mutex_);
      if (set_.running_ == 0) {
        set_.closed_ = true;
        return false;
      }
      context.suspended_at(caller);
      set_.joiner_ = &context;
      return true;
    }
    void await_resume() const noexcept {}

   private:
    child_set& set_;
  };
  join_awaiter join() noexcept { return join_awaiter(*this); }

  /// The same exception is kept once, also where it arrives a second time through who waited for
  /// the child.
  void add_error(std::exception_ptr error) {
    std::lock_guard guard(mutex_);
    if (std::find(errors_.begin(), errors_.end(), error) != errors_.end()) return;
    errors_.push_back(std::move(error));
  }
  std::vector<std::exception_ptr> take_errors() {
    std::lock_guard guard(mutex_);
    return std::move(errors_);
  }
  std::size_t size() const {
    std::lock_guard guard(mutex_);
    return running_;
  }
  /// Whether a child has ended cancelled.
  bool lost_some() const {
    std::lock_guard guard(mutex_);
    return lost_some_;
  }
  std::size_t swallowed() const {
    std::lock_guard guard(mutex_);
    return swallowed_;
  }

  /// One child. Until it is handed over (group_start.hpp) its end is told to `starter` instead.
  class child : public task_context {
   public:
    class starter_base {
     public:
      /// The child has ended without having started; `error` may be null.
      virtual void ended(std::exception_ptr error) noexcept = 0;

     protected:
      ~starter_base() = default;
    };

    child(child_set& set, executor& where) noexcept
        : task_context(where, &scope_of_its_own,
                       [](task_context& self) noexcept { static_cast<child&>(self).end(); }),
          set(set) {}

    void run(task<void> work) noexcept {
      work_ = std::move(work);
      work_.start_in(*this);
      post();  // may already be over when this returns
    }

    child_set& set;
    scope_node scope_of_its_own;
    starter_base* starter = nullptr;

   private:
    void end() noexcept {
      child_set& whole = set;
      starter_base* const waiting = starter;
      const std::exception_ptr error = work_.error();
      const bool swallowed = !error && cancellation_met;
      scope_of_its_own.leave();
      delete this;
      if (waiting == nullptr) {
        whole.judge(error, swallowed);
      } else {
        waiting->ended(error);
      }
      whole.count_one_less();
    }

    task<void> work_;
  };

  /// False if the set is closed.
  bool count_one_more() {
    std::lock_guard guard(mutex_);
    if (closed_) return false;
    ++running_;
    return true;
  }

  void count_one_less() noexcept {
    task_context* joiner = nullptr;
    {
      std::lock_guard guard(mutex_);
      if (--running_ == 0 && joiner_ != nullptr) {
        closed_ = true;
        joiner = joiner_;
      }
    }
    if (joiner != nullptr) joiner->post();  // the set may end as soon as it runs
  }

 private:
  void judge(const std::exception_ptr& error, bool swallowed) noexcept {
    if (swallowed) {
      std::lock_guard guard(mutex_);
      ++swallowed_;
    }
    if (!error) {
      if (success_cancels_) scope_.request_cancel();
    } else if (is_cancellation(error)) {
      std::lock_guard guard(mutex_);
      lost_some_ = true;
    } else {
      report(error);
      if (error_cancels_) scope_.request_cancel();
    }
  }

  void report(std::exception_ptr error) noexcept {
    if (handler_) {
      try {
        handler_(std::move(error));
        return;
      } catch (...) {
        error = std::current_exception();
      }
    }
    add_error(std::move(error));
  }

  scope_node scope_;
  const bool error_cancels_;
  const bool success_cancels_;
  error_handler handler_;  // set before the first child
  mutable std::mutex mutex_;
  std::size_t running_ = 0;  // guarded by mutex_, like all below
  std::size_t swallowed_ = 0;
  bool lost_some_ = false;
  bool closed_ = false;
  task_context* joiner_ = nullptr;
  std::vector<std::exception_ptr> errors_;
};

}  // namespace heddle::detail
