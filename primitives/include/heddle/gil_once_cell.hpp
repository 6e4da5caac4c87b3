// gil_once_cell<T>: a once cell for threads under a global lock whose initialisers call back into
// the interpreter, and may so let the lock go: nobody waits for anybody, the first to finish wins.
//
//   state   get      get_or_init(f)                                              set(v)
//   empty   nullptr  runs f, attached; if another has finished meanwhile: full   takes v
//   full    value    value                                                       returns v
//
//   empty → full, never back; beside it any number of callers that run their f
//
// Contracts (checked in properties/contracts/cells/gil_once_cell.cpp)
//   GOC-1   the cell is written at most once
//   GOC-2   all who get a value get the same one; the losers' are discarded
//   GOC-3   the caller is attached (the token says so), f runs attached, and the caller is attached
//           when the call returns or throws
//   GOC-4   f runs exactly once if it neither lets the lock go nor throws; if it may throw, several
//           times but never at once; if it lets the lock go, several times, also at once
//   GOC-5   the first to finish wins, not the first to start
//   GOC-6   no thread ever waits for another's f
//   GOC-7   re-entry is not seen: if the inner call finishes its value wins, else it recurs for
//   ever GOC-8   an f that throws leaves the cell empty and no other trace GOC-9   a loser's value
//   is destroyed by the loser, attached, when the winner is visible, and
//           under no lock of the cell: its destructor may call the interpreter
//   GOC-10  where the lock excludes nobody (free-threaded interpreters) all this holds, too: the
//           cell is written by one compare-and-exchange, get is an acquire load
//   GOC-11  the thread that destroys the value need not be the one that made it
// For initialisers that must not run twice, and do not form cycles: attached_once_cell.
#pragma once

#include <concepts>
#include <functional>
#include <heddle/attached.hpp>
#include <heddle/detail/initialiser.hpp>
#include <heddle/race_once.hpp>
#include <optional>
#include <type_traits>
#include <utility>

namespace heddle {

/// All members but the destructor may be called by any number of attached threads at once. The
/// destructor is called attached if that of T asks for it.
template <class T>
class gil_once_cell {
 public:
  constexpr gil_once_cell() noexcept = default;

  /// The value, or nullptr if there is none yet: one acquire load.
  template <attached_token Token>
  T* get(Token) noexcept {
    return cell_.get();
  }
  template <attached_token Token>
  const T* get(Token) const noexcept {
    return cell_.get();
  }

  /// The value; if there is none, that of `initialise()`, which runs attached, or of who finished
  /// first. Throws what `initialise` throws, and std::bad_alloc.
  template <attached_token Token, detail::initialiser_of<T> Initialise>
  T& get_or_init(Token, Initialise&& initialise) {
    return cell_.get_or_init(std::forward<Initialise>(initialise));
  }

  /// Puts `value` into an empty cell and returns nothing; gives it back if there is one already.
  template <attached_token Token>
  [[nodiscard]] std::optional<T> set(Token, T value) {
    return cell_.set(std::move(value));
  }

 private:
  race_once<T> cell_;
};

}  // namespace heddle
