// two_stage_lazy<T>: a value that is made in two stages, so that what is computed for the second
// may mention the value itself: a type object and its attributes. First the shell, which has an
// identity and nothing in it; then its parts. Who asks from within gets the shell, and is told so.
//
//   state     shell()   complete(…)
//   empty     nullptr   makes a shell, then as `shell`
//   shell     shell     collects the parts (from within: returns reentrant_shell), then as
//   `filling` filling   shell     (the lock is kept from here to `whole`) the first to come fills
//   the shell in whole     value     returns complete
//
//   empty → shell → whole, never back; if collecting throws, it stays `shell`
//
// Contracts (checked in properties/contracts/cells/two_stage_lazy.cpp)
//   LST-1  a reference that is returned as complete denotes a complete value
//   LST-2  nobody changes the value while somebody else holds it as complete
//   LTO-1  there is one shell; everybody uses it
//   LTO-2  the shell is filled in once, after all parts were computed, and without a call into the
//          interpreter: attached threads see nothing of the parts, or all
//   LTO-3  a call that is not re-entrant returns `complete`, and means it
//   LTO-4  a re-entrant call returns `reentrant_shell`: the parts may be missing
//   LTO-5  re-entrant is who is inside of `collect` of this cell, on this thread, now
//   LTO-6  the parts may be collected by several threads; all but the first to finish drop theirs
//   LTO-7  after an error the next caller tries again; nothing is left of the first try
// No thread waits for another's shell or parts, so types that mention each other do not deadlock.
// Where the lock excludes nobody (free-threaded), filling is serialised by a mutex of the cell, and
// who was told reentrant_shell must not look at the parts.
#pragma once

#include <atomic>
#include <concepts>
#include <functional>
#include <heddle/attached.hpp>
#include <heddle/detail/activations.hpp>
#include <heddle/race_once.hpp>
#include <mutex>
#include <type_traits>
#include <utility>

namespace heddle {

enum class [[nodiscard]] two_stage {
  complete,         // shell() has all its parts
  reentrant_shell,  // the caller is inside of the initialisation: shell() exists, parts may not
};

/// All members but the destructor may be called by any number of attached threads at once.
template <class T>
class two_stage_lazy {
 public:
  constexpr two_stage_lazy() noexcept = default;

  /// The value, with or without its parts; nullptr if not even the shell is there.
  template <attached_token Token>
  T* shell(Token) noexcept {
    return shell_.get();
  }

  /// The value, if it has its parts; else nullptr. One acquire load and a branch.
  template <attached_token Token>
  T* get(Token) noexcept {
    return whole_.load(std::memory_order_acquire) ? shell_.get() : nullptr;
  }

  /// Makes what is missing of the value, and says whether the caller may rely on its parts.
  ///   make_shell()          a T without parts; as the initialiser of a gil_once_cell
  ///   collect(shell)        computes the parts and returns them; may call the interpreter, and
  ///                         complete() of this cell (then it gets reentrant_shell) or of others
  ///   fill(shell, parts)    puts them in; noexcept, and must not call the interpreter
  /// Throws what make_shell and collect throw, and std::bad_alloc (LTO-7).
  template <attached_token Token, class MakeShell, class Collect, class Fill>
    requires std::is_invocable_v<MakeShell> && std::is_invocable_v<Collect, T&> &&
             std::is_nothrow_invocable_v<Fill, T&, std::invoke_result_t<Collect, T&>>
  two_stage complete(Token, MakeShell&& make_shell, Collect&& collect, Fill&& fill) {
    if (whole_.load(std::memory_order_acquire)) return two_stage::complete;
    T& value = shell_.get_or_init(std::forward<MakeShell>(make_shell));
    if (detail::activation::inside(this)) return two_stage::reentrant_shell;
    detail::activation within(this);
    auto parts = std::invoke(std::forward<Collect>(collect), value);
    {
      // Under a global lock nobody ever waits here: fill does not let that lock go.
      std::lock_guard lock(fill_);
      if (!whole_.load(std::memory_order_relaxed)) {
        std::invoke(std::forward<Fill>(fill), value, std::move(parts));
        // release pairs with the acquires above and in get.
        whole_.store(true, std::memory_order_release);
      }
    }
    return two_stage::complete;
  }

 private:
  race_once<T> shell_;
  std::mutex fill_;
  std::atomic<bool> whole_{false};  // the shell has its parts
};

}  // namespace heddle
