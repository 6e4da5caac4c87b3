// race_once<T>: a value that is made by whoever needs it; several may make one at the same time,
// and the first to finish wins. Nobody ever waits.
//
//   state   get       get_or_init(f)                                          set(v)
//   empty   nullptr   runs f; then as `full` if another has finished before   takes v
//   full    value     value                                                   returns v
//
//   empty → full, by one compare-and-exchange of a pointer; never back, but by take
//
// Contracts (checked in properties/contracts/cells/race_once.cpp)
//   RC-1  the first to finish wins: the cell is written once
//   RC-2  who loses gets the winner's object, and has destroyed its own when it returns
//   RC-3  the construction of the value happens before every return that sees it
// f may run several times, at once too, and may ask the cell for its value: then the inner call
// wins, or f calls itself for ever. If f throws the cell is as it was. For initialisers with
// effects that must happen once, use once_cell.
#pragma once

#include <atomic>
#include <concepts>
#include <functional>
#include <heddle/detail/initialiser.hpp>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle {

/// All members but take and the destructor may be called by any number of threads at once.
template <class T>
class race_once {
 public:
  constexpr race_once() noexcept = default;
  race_once(const race_once&) = delete;
  race_once& operator=(const race_once&) = delete;
  ~race_once() { delete value_.load(std::memory_order_relaxed); }

  /// The value, or nullptr if there is none yet: one acquire load (pairs with that of `offer`).
  T* get() noexcept { return value_.load(std::memory_order_acquire); }
  const T* get() const noexcept { return value_.load(std::memory_order_acquire); }

  /// The value; if there is none, that of `initialise()`, or of who was faster. Throws what
  /// `initialise` throws, and std::bad_alloc.
  template <detail::initialiser_of<T> Initialise>
  T& get_or_init(Initialise&& initialise) {
    T* found = get();
    if (found == nullptr) [[unlikely]]
      found = make_one(std::forward<Initialise>(initialise));
    return *found;
  }

  /// Puts `value` into an empty cell and returns nothing; gives it back if there is one already.
  [[nodiscard]] std::optional<T> set(T value) {
    if (get() != nullptr) return value;
    auto mine = std::make_unique<T>(std::move(value));
    T* const own = mine.get();
    if (place(own) != own) return std::move(*mine);
    static_cast<void>(mine.release());
    return std::nullopt;
  }

  /// Takes the value out and leaves the cell empty. Nobody else may use the cell meanwhile.
  std::unique_ptr<T> take() noexcept {
    return std::unique_ptr<T>(value_.exchange(nullptr, std::memory_order_relaxed));
  }

 private:
  // Apart, so that the fast path is small, and needs no stack.
  template <class Initialise>
  [[gnu::noinline]] T* make_one(Initialise&& initialise) {
    // A new-expression, not make_unique: the result of `initialise` need not be movable.
    return offer(std::unique_ptr<T>(new T(std::invoke(std::forward<Initialise>(initialise)))));
  }

  /// The winner, after the offer of `mine`; a loser is destroyed here, when the winner is visible.
  T* offer(std::unique_ptr<T> mine) {
    T* const winner = place(mine.get());
    if (winner == mine.get()) static_cast<void>(mine.release());
    return winner;
  }

  /// Publishes `mine` if nothing is; returns what is.
  T* place(T* mine) noexcept {
    T* seen = nullptr;
    // Success: release pairs with the acquire of get. Failure: acquire pairs with the release of
    // who won.
    if (value_.compare_exchange_strong(seen, mine, std::memory_order_release,
                                       std::memory_order_acquire)) {
      return mine;
    }
    return seen;
  }

  std::atomic<T*> value_{nullptr};  // null: empty; else the value, owned
};

}  // namespace heddle
