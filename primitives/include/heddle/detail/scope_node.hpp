// The tree of cancellation. Every task, group and cancel scope has a node; what waits is registered
// with the node of the innermost scope that it waits in, so that a cancellation finds it.
//
//   state of a node            set by                                    seen as
//   requested                  request_cancel (sticky)                   cancel_requested()
//   shielded                   set_shield                                nothing comes from above
//   cancelled                  requested, or not shielded and            is_cancelled()
//                              the parent is cancelled
//
//   CSC-1, CSC-2  absorbs(): requested, and no cancellation comes from above: the outermost
//   cancelled
//                 scope. It is asked when the exception arrives, so changes in flight do no harm.
//   CSC-4         deadline(): the earliest of this node and its parents up to a shield.
//
// Each node has a mutex; whoever holds one may take those further down, never up, and the tree
// never runs user code or posts a task while it holds one. A parent outlives its children.
#pragma once

#include <atomic>
#include <chrono>
#include <heddle/detail/intrusive_list.hpp>
#include <memory>
#include <mutex>
#include <stop_token>

namespace heddle::detail {

class wait_node;
class scope_node;
struct scope_waiters_tag;
struct scope_children_tag;

/// A stop_source that follows a node. It is handed out of the tree when the node is cancelled, and
/// stopped when no lock is held any more: its callbacks are foreign code.
struct stop_link {
  std::stop_source source;
  stop_link* next = nullptr;
};

/// What a change in the tree has set free, to be told when all locks are released.
struct awakened {
  intrusive_list<wait_node, scope_waiters_tag> waiters;
  stop_link* stops = nullptr;
  inline void tell() noexcept;
};

class scope_node : list_hook<scope_children_tag> {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  scope_node() = default;
  scope_node(const scope_node&) = delete;
  scope_node& operator=(const scope_node&) = delete;
  ~scope_node() { delete stop_; }

  /// Becomes a child of `parent`, or a root. Must not be in a tree.
  void enter(scope_node* parent) noexcept;
  /// Is in no tree any more. A node that has been cancelled stays so only if it was requested.
  void leave() noexcept;
  /// Changes the parent. In between nobody's cancellation arrives; what came too early for the new
  /// parent is seen on arrival.
  void move_to(scope_node* parent) noexcept {
    leave();
    enter(parent);
  }

  /// Cancels: true if this call was the first. Wakes all that waits below, shields excepted.
  bool request_cancel() noexcept;
  void set_shield(bool on) noexcept;
  void set_deadline(time_point when) noexcept;

  // relaxed: who asks whether it absorbs has met a cancellation, and with it what came before.
  bool cancel_requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
  // acquire pairs with the release in apply: what happened before the cancellation happens before
  // what a task does that notices it.
  bool is_cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }
  bool absorbs() const noexcept {
    return cancel_requested() && (shielded_ || parent_ == nullptr || !parent_->is_cancelled());
  }
  time_point deadline() const {
    std::lock_guard guard(mutex_);
    return effective_deadline_;
  }
  time_point own_deadline() const noexcept { return own_deadline_; }
  scope_node* parent() const noexcept { return parent_; }

  /// A token that is stopped when this node is cancelled. May throw std::bad_alloc.
  std::stop_token token();

  /// Registers what begins to wait: false, and nothing is registered, if the node is cancelled.
  inline bool register_waiter(wait_node& waiter) noexcept;
  /// For a waiter that was granted: it may still be registered.
  inline void forget_waiter(wait_node& waiter) noexcept;

 private:
  friend class intrusive_list<scope_node, scope_children_tag>;

  // With mutex_ held: takes over the state that it is given, and passes it on to the children.
  inline void apply(bool cancelled, time_point deadline, awakened& out) noexcept;
  // With mutex_ held: works out the state from that of the parent.
  inline void inherit(bool above, time_point deadline_above, awakened& out) noexcept;
  // With mutex_ and the parent's held.
  inline void inherit_from_parent(awakened& out) noexcept;

  // Changes what `change` changes, by the owner, and works out what follows.
  template <typename Change>
  void update(Change change) noexcept {
    awakened out;
    {
      std::unique_lock<std::mutex> above;
      if (parent_ != nullptr) above = std::unique_lock(parent_->mutex_);
      std::lock_guard guard(mutex_);
      change();
      inherit_from_parent(out);
    }
    out.tell();
  }

  mutable std::mutex mutex_;
  scope_node* parent_ = nullptr;                             // changed by the owner only
  intrusive_list<scope_node, scope_children_tag> children_;  // guarded by mutex_
  intrusive_list<wait_node, scope_waiters_tag> waiters_;     // guarded by mutex_
  stop_link* stop_ = nullptr;                                // guarded by mutex_
  std::atomic<bool> requested_{false};                       // false: not; true: for good
  std::atomic<bool> cancelled_{false};                       // written with mutex_ held
  // The next three are written by the owner with mutex_ held, but the last by all.
  bool shielded_ = false;
  time_point own_deadline_ = time_point::max();
  time_point effective_deadline_ = time_point::max();
};

inline void scope_node::enter(scope_node* parent) noexcept {
  parent_ = parent;
  update([this] {
    if (parent_ != nullptr) parent_->children_.push_back(*this);
  });
}

inline void scope_node::leave() noexcept {
  if (parent_ == nullptr) return;
  {
    std::lock_guard guard(parent_->mutex_);
    parent_->children_.remove(*this);
  }
  parent_ = nullptr;
}

inline void scope_node::set_shield(bool on) noexcept {
  update([this, on] { shielded_ = on; });
}

inline void scope_node::set_deadline(time_point when) noexcept {
  update([this, when] { own_deadline_ = when; });
}

inline bool scope_node::request_cancel() noexcept {
  awakened out;
  {
    std::lock_guard guard(mutex_);
    if (requested_.load(std::memory_order_relaxed)) return false;
    requested_.store(true, std::memory_order_relaxed);
    apply(true, effective_deadline_, out);
  }
  out.tell();
  return true;
}

inline std::stop_token scope_node::token() {
  auto made = std::make_unique<stop_link>();
  std::stop_token token;
  {
    std::lock_guard guard(mutex_);
    if (stop_ == nullptr && !cancelled_.load(std::memory_order_relaxed)) stop_ = made.release();
    if (stop_ != nullptr) return stop_->source.get_token();
  }
  made->source.request_stop();
  return made->source.get_token();
}

}  // namespace heddle::detail

#include <heddle/detail/wait_node.hpp>
