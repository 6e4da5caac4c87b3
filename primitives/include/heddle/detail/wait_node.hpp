// One wait of one task, which ends in exactly one way.
//
//   state       set by                      means
//   idle        constructor                 does not wait (yet)
//   waiting     arm, arm_shielded           in the queue of a primitive; a scope knows of it, too
//   granted     try_grant (one CAS)         it has what it waited for, whatever is cancelled later
//   cancelled   try_cancel (the same CAS)   it has nothing, and nobody may give it anything
//
//   CW-1, CW-3  One compare-and-exchange decides; the loser does something else (the granter goes
//   on
//               to the next waiter).
//   CW-5        A grant wins over a later cancellation, which the task meets at its next
//   checkpoint. CW-6        A cancelled waiter stays in the primitive's queue until its task
//   removes it; nobody
//               else is disturbed.
//
// Rules for primitives: hold the primitive's lock while arming and queueing, and while granting; do
// not touch a node after its task has been posted; in await_resume take the lock and remove the
// node if it is still linked. So neither the grant nor the cancellation can come before the node is
// queued, nor its end before the queue has let go of it.
#pragma once

#include <atomic>
#include <heddle/cancelled.hpp>
#include <heddle/detail/intrusive_list.hpp>
#include <heddle/detail/scope_node.hpp>
#include <heddle/detail/task_context.hpp>

namespace heddle::detail {

struct wait_queue_tag;

class wait_node : public list_hook<wait_queue_tag>, public list_hook<scope_waiters_tag> {
  enum class state : unsigned char { idle, waiting, granted, cancelled };

 public:
  wait_node() = default;
  wait_node(const wait_node&) = delete;
  wait_node& operator=(const wait_node&) = delete;

  /// The checkpoint at which every wait begins: false, and the wait is over, if the task is
  /// cancelled.
  bool enter(task_context& task) noexcept {
    task_ = &task;
    if (!task.scope->is_cancelled()) return true;
    set(state::cancelled);
    return false;
  }
  /// Ends the wait before it began: there was no need to wait.
  void grant_at_once() noexcept { set(state::granted); }
  /// Begins to wait: false, and the wait is over, if the task is cancelled.
  bool arm(task_context& task, std::coroutine_handle<> at) noexcept {
    arm_shielded(task, at);
    scope_ = task.scope;
    if (scope_->register_waiter(*this)) return true;
    scope_ = nullptr;
    set(state::cancelled);
    return false;
  }
  /// Begins to wait for something that no cancellation ends.
  void arm_shielded(task_context& task, std::coroutine_handle<> at) noexcept {
    task_ = &task;
    task.suspended_at(at);
    set(state::waiting);
  }

  // relaxed: who wins posts the task, and post orders what the winner did before it; who loses has
  // learnt nothing but that.
  bool try_grant() noexcept { return decide(state::granted); }
  bool try_cancel() noexcept { return decide(state::cancelled); }
  /// For who has won: lets the task go on. The node may be gone when this returns.
  void wake() noexcept { task_->post(); }

  /// For the task, when it goes on: true if it was granted. The scope knows the node no longer.
  bool finish() noexcept {
    const bool granted = state_.load(std::memory_order_relaxed) == state::granted;
    if (scope_ != nullptr && granted) scope_->forget_waiter(*this);
    return granted;
  }
  /// For await_resume, after finish() and with no lock held.
  void throw_cancelled() const {
    task_->cancellation_met = true;
    throw cancelled{};
  }
  bool queued() const noexcept { return list_hook<wait_queue_tag>::linked(); }

 private:
  friend class scope_node;

  void set(state now) noexcept { state_.store(now, std::memory_order_relaxed); }
  bool decide(state end) noexcept {
    state expected = state::waiting;
    return state_.compare_exchange_strong(expected, end, std::memory_order_relaxed);
  }

  std::atomic<state> state_{state::idle};
  task_context* task_ = nullptr;
  scope_node* scope_ = nullptr;  // where it is registered
};

using wait_queue = intrusive_list<wait_node, wait_queue_tag>;

/// Grants the first waiter that is still waiting: it, to be woken when the lock is released, or
/// null. Call it with the primitive's lock held.
inline wait_node* grant_first(wait_queue& queue) noexcept {
  while (wait_node* first = queue.pop_front()) {
    if (first->try_grant()) return first;
  }
  return nullptr;
}

// The part of scope_node that knows what a waiter is.

inline void awakened::tell() noexcept {
  while (wait_node* waiter = waiters.pop_front()) waiter->wake();
  while (stops != nullptr) {
    stop_link* link = stops;
    stops = link->next;
    link->source.request_stop();
    delete link;
  }
}

inline bool scope_node::register_waiter(wait_node& waiter) noexcept {
  std::lock_guard guard(mutex_);
  if (cancelled_.load(std::memory_order_relaxed)) return false;
  waiters_.push_back(waiter);
  return true;
}

inline void scope_node::forget_waiter(wait_node& waiter) noexcept {
  std::lock_guard guard(mutex_);
  waiters_.remove(waiter);
}

inline void scope_node::apply(bool cancelled, time_point deadline, awakened& out) noexcept {
  if (cancelled == cancelled_.load(std::memory_order_relaxed) && deadline == effective_deadline_) {
    return;
  }
  effective_deadline_ = deadline;
  cancelled_.store(cancelled, std::memory_order_release);
  if (cancelled) {
    for (wait_node* waiter = waiters_.front(); waiter != nullptr;) {
      wait_node* const next = waiters_.next(*waiter);
      if (waiter->try_cancel()) {
        waiters_.remove(*waiter);
        out.waiters.push_back(*waiter);
      }
      waiter = next;
    }
    if (stop_ != nullptr) {
      stop_->next = out.stops;
      out.stops = stop_;
      stop_ = nullptr;
    }
  }
  for (scope_node* child = children_.front(); child != nullptr; child = children_.next(*child)) {
    std::lock_guard guard(child->mutex_);
    child->inherit(cancelled, deadline, out);
  }
}

inline void scope_node::inherit(bool above, time_point deadline_above, awakened& out) noexcept {
  const bool open = !shielded_;
  const bool requested = requested_.load(std::memory_order_relaxed);
  apply(requested || (open && above),
        open && deadline_above < own_deadline_ ? deadline_above : own_deadline_, out);
}

inline void scope_node::inherit_from_parent(awakened& out) noexcept {
  if (parent_ == nullptr) return inherit(false, time_point::max(), out);
  inherit(parent_->cancelled_.load(std::memory_order_relaxed), parent_->effective_deadline_, out);
}

}  // namespace heddle::detail
