// A blocking once cell made of one atomic: who comes first initialises, who comes later waits until
// that is done. Correct by itself; it is what its users hold while they wait that goes wrong.
#pragma once

#include <atomic>
#include <optional>
#include <thread>

namespace museum {

template <typename T>
class spinning_once_cell {
 public:
  template <typename Initialise>
  const T& get_or_init(Initialise&& initialise) {
    state expected = state::empty;
    // acquire pairs with the release below: the value is complete for who sees `full`.
    if (state_.compare_exchange_strong(expected, state::running, std::memory_order_acquire)) {
      value_.emplace(initialise());
      state_.store(state::full, std::memory_order_release);
    } else {
      while (state_.load(std::memory_order_acquire) != state::full) std::this_thread::yield();
    }
    return *value_;
  }

 private:
  enum class state : unsigned char {
    empty,    // nobody has begun
    running,  // one thread is in `initialise`
    full,     // value_ is complete, and constant from now on
  };

  std::atomic<state> state_{state::empty};
  std::optional<T> value_;
};

}  // namespace museum
