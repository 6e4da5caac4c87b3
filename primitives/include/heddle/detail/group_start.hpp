// task_group::start: a child whose starter waits until it says that it is ready.
//
//   state      parent in the scope tree     its error goes to        left by
//   starting   the starter's scope          the starter              started(), or its end
//   started    the group                    the group                its end
//
// started() and the end are both of the child, one after the other, so nothing decides between
// them.
#pragma once

#include <heddle/task_group.hpp>
#include <optional>

namespace heddle {

namespace detail {

template <typename T>
class group_starter final : public child_set::child::starter_base {
 public:
  bool await_ready() const noexcept { return false; }

  /// Suspends the starter, then lets the child go.
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> caller) noexcept {
    task_context& context = caller.promise().context();
    context.suspended_at(caller);
    starter_ = &context;
    child_->run(std::move(work_));  // from here on this may be gone
  }
  T await_resume() {
    if (!value_) {
      if (error_) std::rethrow_exception(error_);
      throw std::logic_error("a task that was started has ended without saying started()");
    }
    if constexpr (!std::is_void_v<T>) return *std::move(value_);
  }

  void ended(std::exception_ptr error) noexcept override {
    error_ = std::move(error);
    starter_->post();
  }
  void started(typename outcome<T>::value_type value) {
    value_.emplace(std::move(value));
    starter_->post();
  }

  child_set::child* child_ = nullptr;
  task<void> work_;

 private:
  task_context* starter_ = nullptr;
  std::optional<typename outcome<T>::value_type> value_;
  std::exception_ptr error_;
};

}  // namespace detail

/// Given to what task_group::start runs. Lives as long as that task.
template <typename T = void>
class start_status {
 public:
  start_status(detail::child_set& group, detail::group_starter<T>& starter) noexcept
      : group_(group), starter_(&starter) {}
  start_status(const start_status&) = delete;
  start_status& operator=(const start_status&) = delete;

  /// Lets the starter go on, with this value; from now on the task belongs to the group. Called by
  /// the task itself, once: std::logic_error.
  void started(typename outcome<T>::value_type value = {}) {
    if (starter_ == nullptr) throw std::logic_error("started() is said once");
    detail::group_starter<T>& starter = *std::exchange(starter_, nullptr);
    starter.child_->starter = nullptr;
    starter.child_->scope_of_its_own.move_to(&group_.scope());
    starter.started(std::move(value));
  }

 private:
  detail::child_set& group_;
  detail::group_starter<T>* starter_;
};

template <typename T, typename Work>
task<T> task_group::start(Work work) {
  using set = detail::child_set;
  detail::task_context& me = co_await detail::current_context{};
  auto child = std::make_unique<set::child>(children_, *where_);
  detail::group_starter<T> starter;
  starter.child_ = child.get();
  // The callable and the status live in the child's own frame.
  starter.work_ = [](set& group, detail::group_starter<T>& starter, Work work) -> task<void> {
    start_status<T> status(group, starter);
    co_await std::invoke(work, status);
  }(children_, starter, std::move(work));
  if (!children_.count_one_more()) {
    starter.work_.discard();
    throw group_closed();
  }
  child->starter = &starter;
  child->scope_of_its_own.enter(me.scope);
  child.release();  // it ends by itself
  co_return co_await starter;
}

}  // namespace heddle
