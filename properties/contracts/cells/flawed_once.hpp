// A blocking once cell of a mutex and a condition variable, with one mistake at a time: what the
// checks of once_cell must be able to find. With flaw::none it is right.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace cells {

enum class flaw {
  none,
  looks_then_runs,    // the state is read and changed in two steps
  forgets_success,    // a successful run leaves the cell empty
  publishes_relaxed,  // the fast path sees the state, but not the value
  keeps_running,      // an exception leaves the state as it was
  wakes_nobody_after_throw,
  wakes_before_storing,   // waiters are woken, and then the state is stored
  waits_once,             // wait does not look again when it is woken
  touches_after_storing,  // the cell is used when others may have destroyed it
  set_overwrites,
};

template <typename T, flaw Flaw>
class flawed_once {
 public:
  T* get() { return state_.load(std::memory_order_acquire) == full ? value_.get() : nullptr; }

  template <typename Initialise>
  T& get_or_init(Initialise&& initialise) {
    if (get() == nullptr && claim()) {
      try {
        auto made = std::make_unique<T>(initialise());
        value_ = std::move(made);
      } catch (...) {
        finish(Flaw == flaw::keeps_running ? running : empty, true);
        throw;
      }
      finish(Flaw == flaw::forgets_success ? empty : full, false);
    }
    return *value_;
  }

  /// Waits for the value; without a look at the state if the flaw says so.
  T* wait() {
    std::unique_lock lock(mutex_);
    if (Flaw == flaw::waits_once) {
      if (state_.load(std::memory_order_relaxed) != full) changed_.wait(lock);
    } else {
      changed_.wait(lock, [&] { return state_.load(std::memory_order_relaxed) == full; });
    }
    return value_.get();
  }

  bool set(T value) {
    if (!claim_now()) return false;
    value_ = std::make_unique<T>(std::move(value));
    finish(full, false);
    return true;
  }

 private:
  enum state : int { empty, running, full };

  bool claim_now() {
    std::lock_guard lock(mutex_);
    if (Flaw != flaw::set_overwrites && state_.load(std::memory_order_relaxed) != empty) {
      return false;
    }
    state_.store(running, std::memory_order_relaxed);
    return true;
  }

  bool claim() {
    if constexpr (Flaw == flaw::looks_then_runs) {
      if (state_.load(std::memory_order_acquire) == empty) {
        state_.store(running, std::memory_order_relaxed);
        return true;
      }
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return state_.load(std::memory_order_relaxed) != running; });
    if (state_.load(std::memory_order_relaxed) == full) return false;
    state_.store(running, std::memory_order_relaxed);
    return true;
  }

  void finish(state final, bool thrown) {
    if constexpr (Flaw == flaw::wakes_before_storing) {
      changed_.notify_all();
      state_.store(final, std::memory_order_release);
      return;
    }
    {
      std::lock_guard lock(mutex_);
      state_.store(final, Flaw == flaw::publishes_relaxed ? std::memory_order_relaxed
                                                          : std::memory_order_release);
      if (Flaw != flaw::touches_after_storing &&
          !(Flaw == flaw::wakes_nobody_after_throw && thrown)) {
        changed_.notify_all();
      }
    }
    if (Flaw == flaw::touches_after_storing) changed_.notify_all();
  }

  std::atomic<state> state_{empty};
  std::unique_ptr<T> value_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace cells
