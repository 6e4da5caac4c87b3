// lazy<T, F>: a value with its own initialiser, which is made at its first use and poisoned for
// good if the initialiser throws.
//
//   state      get                                            value_if_made
//   empty      runs the initialiser                           nullptr
//   running    waits; on the initialiser's thread: throws     nullptr
//   full       value                                          value
//   poisoned   throws poisoned                                nullptr
//
//   empty → running → full, or → poisoned if the initialiser throws
//
// Contracts: OC-1 to OC-4 and OC-6 to OC-9 of once_cell.hpp, and instead of OC-5
//   OC-11  if the initialiser throws, its exception goes to the caller that ran it; every later
//          access, and everyone who waits, gets `poisoned`, and never storage without a value
// Checked in properties/contracts/cells/lazy.cpp. Wrong use and global locks: as for once_cell.
#pragma once

#include <concepts>
#include <functional>
#include <heddle/detail/once_state.hpp>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace heddle {

template <class T, std::invocable F = T(*)()>
class lazy {
 public:
  constexpr explicit lazy(F initialise) noexcept(std::is_nothrow_move_constructible_v<F>)
      : initialise_(std::move(initialise)) {}
  lazy(const lazy&) = delete;
  lazy& operator=(const lazy&) = delete;
  ~lazy() {
    if (state_.is_full()) std::destroy_at(std::addressof(value_));
  }

  /// The value, which the first caller makes while the others wait. Any number of threads at once.
  /// Throws what the initialiser throws (to the caller that runs it), poisoned (OC-11),
  /// recursive_initialisation and initialisation_cycle (OC-9). When made: one acquire load, a
  /// branch.
  T& get() {
    if (!state_.is_full()) [[unlikely]]
      make_or_wait();
    return value_;
  }
  T& operator*() { return get(); }
  T* operator->() { return std::addressof(get()); }

  /// The value, or nullptr if there is none (yet, or for good). Never waits.
  T* value_if_made() noexcept { return state_.is_full() ? std::addressof(value_) : nullptr; }

 private:
  [[gnu::noinline]] void make_or_wait() {
    auto wait = [this] { state_.wait(detail::once_state::wait_for::initialiser); };
    if (!state_.claim_or(wait)) return;
    detail::once_claim(state_, detail::once_state::poisoned).make(value_, initialise_);
  }

  detail::once_state state_;
  F initialise_;
  union {
    char nothing_ = 0;  // so that a cell can be constant-initialised
    T value_;
  };
};

template <std::invocable F>
lazy(F) -> lazy<std::invoke_result_t<F>, F>;

}  // namespace heddle
