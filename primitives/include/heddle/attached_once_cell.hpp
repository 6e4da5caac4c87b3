// attached_once_cell<T>: a once cell for threads under a global lock that runs its initialiser
// once, as once_cell does, and detaches for the time of waiting, so that who initialises can attach
// again.
//
//   state     get      get_or_init(f)                                             set(v)
//   empty     nullptr  runs f, attached                                           takes v
//   running   nullptr  detaches, waits, attaches; if that would never end: throws returns v
//   full      value    value                                                      returns v
//
//   empty → running → full, or → empty again if f throws
//
// The lock order is: this cell, then the global lock. f runs while the cell is `running` and may
// let the lock go and take it again; a thread that waits for the cell never holds the lock.
//
// Contracts (checked in properties/contracts/cells/attached_once_cell.cpp)
//   POL-1  exactly one f succeeds
//   POL-2  a thread that waits for another's f is detached
//   POL-3  f runs attached; the caller is attached when the call returns, if it waited, too
//   POL-4  an exception of f leaves the cell empty and the caller attached, as often as before
//   POL-5  cells may need one another along a DAG only. A call that would close a cycle, over any
//          number of threads and cells of this file, once_cell and lazy, throws
//          recursive_initialisation (its own cell) or initialisation_cycle instead of waiting
//   POL-6  where the lock excludes nobody (free-threaded interpreters), waiting detached is what
//          lets another thread stop the world
// And OC-3 to OC-8 of once_cell.hpp. If cycles are part of the plan (types that mention each
// other), use gil_once_cell or two_stage_lazy. Wrong use: as for once_cell.
#pragma once

#include <concepts>
#include <functional>
#include <heddle/attached.hpp>
#include <heddle/detail/initialiser.hpp>
#include <heddle/detail/once_state.hpp>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle {

/// All members but the destructor may be called by any number of attached threads at once. The
/// destructor is called attached if that of T asks for it.
template <class T>
class attached_once_cell {
 public:
  constexpr attached_once_cell() noexcept {}
  attached_once_cell(const attached_once_cell&) = delete;
  attached_once_cell& operator=(const attached_once_cell&) = delete;
  ~attached_once_cell() {
    if (state_.is_full()) std::destroy_at(std::addressof(value_));
  }

  /// The value, or nullptr if there is none yet. Never waits: one acquire load and a branch.
  template <attached_token Token>
  T* get(Token) noexcept {
    if (state_.is_full()) [[likely]]
      return std::addressof(value_);
    return nullptr;
  }

  /// The value; if there is none, `initialise()` makes it, attached, or that of another thread, for
  /// which this one waits detached. Throws what `initialise` throws, recursive_initialisation and
  /// initialisation_cycle (POL-5).
  template <attached_token Token, detail::initialiser_of<T> Initialise>
  T& get_or_init(Token token, Initialise&& initialise) {
    if (!state_.is_full()) [[unlikely]]
      initialise_or_wait(token, std::forward<Initialise>(initialise));
    return value_;
  }

  /// Puts `value` into an empty cell and returns nothing; gives it back if the cell is full or
  /// being initialised. Never waits.
  template <attached_token Token>
  [[nodiscard]] std::optional<T> set(Token, T value) {
    if (state_.try_claim() != detail::once_state::claim::taken) return value;
    detail::once_claim claim(state_, detail::once_state::empty);
    std::construct_at(std::addressof(value_), std::move(value));
    claim.complete();
    return std::nullopt;
  }

 private:
  template <class Token, class Initialise>
  [[gnu::noinline]] void initialise_or_wait(Token token, Initialise&& initialise) {
    auto wait = [&] {
      detached(token, [this] { state_.wait(detail::once_state::wait_for::initialiser); });
    };
    if (!state_.claim_or(wait)) return;
    detail::once_claim(state_, detail::once_state::empty)
        .make(value_, std::forward<Initialise>(initialise));
  }

  detail::once_state state_;
  union {
    char nothing_ = 0;  // so that a cell can be constant-initialised
    T value_;
  };
};

}  // namespace heddle
