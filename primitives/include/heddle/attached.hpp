// What it means to be attached to a global lock, for whatever is written over any of them: the
// concept of a proof token, and detached(), which gives the lock up for the time of a call.
//
// A token is an empty object, passed by value, that only a thread that is attached can get: a
// function that takes one cannot be called without the lock. A backend of a global lock (our own in
// global_lock.hpp, CPython's in python_gil.hpp) brings the token and two guards:
//
//   attach_guard guard(lock);      the thread is attached: guard.token() proves it
//   detach_guard away(token);      the thread is not, until the guard's end, which attaches it
//   again away.reattach()                the same before the guard's end; the end then does nothing
//
// A token must not be used by another thread, nor while the thread is detached; a function passed
// to detached() must not capture it. No compiler can see that in C++: in debug builds gil_protected
// and the guards look (Token::is_current).
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace heddle {

/// The proof token of some global lock. `Token::detach_guard` gives that lock up, and
/// `Token::is_current()` says whether the calling thread is attached now.
template <class Token>
concept attached_token = std::is_empty_v<Token> && std::is_trivially_copyable_v<Token> &&
                         !std::is_default_constructible_v<Token> && requires {
                           typename Token::detach_guard;
                           requires std::is_constructible_v<typename Token::detach_guard, Token>;
                           { Token::is_current() } noexcept -> std::same_as<bool>;
                         };

/// Calls `function` while the calling thread is detached, and returns its result. On every way out
/// of it (return, exception, cancellation of the thread) the thread is attached again, as often as
/// before (GIL-4), and what was deferred meanwhile has been applied (GIL-7).
/// `function` must not use the token. May wait for the lock at its end, for as long as others keep
/// it. Throws what `function` throws.
template <attached_token Token, std::invocable Function>
decltype(auto) detached(Token token, Function&& function) {
  typename Token::detach_guard away(token);
  return std::invoke(std::forward<Function>(function));
}

}  // namespace heddle
