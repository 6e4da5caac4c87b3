// A value that belongs to a global lock: it is reached only with the proof that the calling thread
// is attached.
//
//   thread        get(token)                  get without a token
//   attached      the value                   does not compile
//   detached      misuse, said in debug       does not compile
//
// Contracts:
//   GP-1   access is shared among everything that the attached thread does: a reference must not be
//          kept, nor relied upon, across a call that may detach.
//   GIL-5  what two threads do with the value is ordered by the lock, since each is attached.
// Of no use where attachment does not exclude (safepoint_domain): see critical_section.hpp.
#pragma once

#include <heddle/attached.hpp>
#include <heddle/detail/misuse.hpp>
#include <heddle/global_lock.hpp>
#include <utility>

namespace heddle {

template <class T, attached_token Token = attached>
class gil_protected {
 public:
  /// Makes the value from the arguments; needs no lock, as nobody else knows it yet.
  template <class... Arguments>
    requires std::constructible_from<T, Arguments...>
  explicit gil_protected(Arguments&&... arguments)
      : value_(std::forward<Arguments>(arguments)...) {}
  gil_protected(const gil_protected&) = delete;
  gil_protected& operator=(const gil_protected&) = delete;

  /// The value. Misuse if the thread is detached although it has kept a token; release builds do
  /// not look. Never waits.
  T& get(Token) noexcept {
    look();
    return value_;
  }
  const T& get(Token) const noexcept {
    look();
    return value_;
  }

 private:
  static void look() noexcept {
    detail::diagnose(!detail::diagnosing || Token::is_current(),
                     "protected data is used with a token while its thread is detached");
  }

  T value_;
};

}  // namespace heddle
