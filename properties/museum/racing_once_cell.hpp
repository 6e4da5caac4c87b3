// A once cell that never waits: everyone who finds it empty runs the initialisation, and the first
// to finish wins. PyO3's GILOnceCell (pull request 975) does this under the global lock, and a
// thread without the lock does it with one compare-and-exchange.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

namespace museum {

/// Every access is made by an attached thread; `initialise` may detach and attach again.
template <typename T>
class racing_once_cell {
 public:
  /// The value, the same one for every caller. `initialise` may run more than once.
  template <typename Initialise>
  const T& get_or_init(Initialise&& initialise) {
    if (!value_) {
      T mine = initialise();
      if (!value_) value_.emplace(std::move(mine));  // another may have finished meanwhile
    }
    return *value_;
  }

 private:
  std::optional<T> value_;
};

/// The same without any lock; the losers destroy what they made.
template <typename T>
class racing_atomic_cell {
 public:
  racing_atomic_cell() = default;
  racing_atomic_cell(const racing_atomic_cell&) = delete;
  racing_atomic_cell& operator=(const racing_atomic_cell&) = delete;
  ~racing_atomic_cell() { delete value_.load(std::memory_order_relaxed); }

  template <typename Initialise>
  const T& get_or_init(Initialise&& initialise) {
    // acquire (here and where the exchange fails) pairs with the release of who won.
    if (const T* found = value_.load(std::memory_order_acquire)) return *found;
    auto mine = std::make_unique<const T>(initialise());
    const T* winner = nullptr;
    if (value_.compare_exchange_strong(winner, mine.get(), std::memory_order_release,
                                       std::memory_order_acquire)) {
      return *mine.release();
    }
    return *winner;
  }

 private:
  std::atomic<const T*> value_{nullptr};
};

}  // namespace museum
