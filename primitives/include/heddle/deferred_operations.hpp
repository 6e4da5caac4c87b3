// Work that needs a global lock, left by threads that do not have it: typically the release of a
// reference. Whoever attaches next does it.
//
//   state of the list          post                    drain
//   empty                      push: not empty         nothing
//   not empty                  push                    take all: empty; then apply each in turn
//
// Contracts:
//   RP-1  every operation is applied exactly once, by a thread that is attached.
//   RP-2  a drain that begins after a post has returned applies it, unless another drain has taken
//         it already: the list is its own flag, so that no order of the two can lose one.
//   RP-3  no lock is held while an operation runs: it may post, attach, detach and drain.
//   RP-4  only what may come late may be deferred: a decrement, never an increment. An object
//         whose increment is still in the list may be destroyed by somebody else's decrement.
//   RP-5  what is left at the end of the list's life is dropped without being applied.
//   GIL-7 global_lock drains its own list at each attach, before the code that attached goes on.
//
// Operations of one thread are applied in their order, but for those that an operation's own drain
// takes while earlier ones are still to come.
#pragma once

#include <atomic>
#include <heddle/attached.hpp>
#include <type_traits>
#include <utility>

namespace heddle {

class deferred_operations {
 public:
  deferred_operations() = default;
  deferred_operations(const deferred_operations&) = delete;
  deferred_operations& operator=(const deferred_operations&) = delete;

  /// Drops what is left (RP-5). No other thread may still use the list.
  ~deferred_operations() {
    for (operation* each = last_.load(std::memory_order_relaxed); each != nullptr;)
      delete std::exchange(each, each->next);
  }

  /// Leaves `function`, a callable that does not throw, for the next drain. May be called attached
  /// or not, from any thread, also from an operation. What happens before the post happens before
  /// the operation. Throws std::bad_alloc, and what copying `function` throws. Lock-free.
  template <class Function>
    requires std::is_nothrow_invocable_v<std::decay_t<Function>&>
  void post(Function&& function) {
    auto* added = new call<std::decay_t<Function>>(std::forward<Function>(function));
    added->next = last_.load(std::memory_order_relaxed);
    // Release: whoever takes the list sees the operation's contents.
    while (!last_.compare_exchange_weak(added->next, added, std::memory_order_release,
                                        std::memory_order_relaxed)) {
    }
  }

  /// Whether there is nothing to do. Free of effects; one load.
  bool empty() const noexcept { return last_.load(std::memory_order_relaxed) == nullptr; }

  /// Applies everything that was posted before, in order; what is posted meanwhile stays for the
  /// next time, so that a drain ends. Any number of threads may drain, and operations may, too.
  /// Time: linear in the number of operations.
  template <attached_token Token>
  void drain(Token) noexcept {
    if (empty()) return;
    // Acquire: pairs with every post since the last drain, as each continues the release sequence
    // of the one before.
    operation* newest = last_.exchange(nullptr, std::memory_order_acquire);
    for (operation* each = reversed(newest); each != nullptr;) {
      operation* current = std::exchange(each, each->next);
      current->apply();
      delete current;
    }
  }

 private:
  struct operation {
    virtual ~operation() = default;
    virtual void apply() noexcept = 0;
    operation* next = nullptr;
  };

  template <class Function>
  struct call final : operation {
    explicit call(const Function& function) : function_(function) {}
    explicit call(Function&& function) : function_(std::move(function)) {}
    void apply() noexcept override { function_(); }
    Function function_;
  };

  static operation* reversed(operation* newest) noexcept {
    operation* oldest = nullptr;
    while (newest != nullptr) {
      operation* next = newest->next;
      newest->next = oldest;
      oldest = std::exchange(newest, next);
    }
    return oldest;
  }

  // The operation that was posted last, which leads to the earlier ones; null when there is none.
  std::atomic<operation*> last_{nullptr};
};

}  // namespace heddle
