// once_cell<T>: a value that is made once, by whoever needs it first; who comes meanwhile waits.
//
//   state     get      get_or_init(f)                     set(v)        wait
//   empty     nullptr  runs f                             takes v       waits
//   running   nullptr  waits; on f's own thread: throws   returns v     waits
//   full      value    value                              returns v     value
//
//   empty → running (get_or_init, set) → full, or → empty again if f throws; full → empty (take)
//
// Contracts (checked one by one in properties/contracts/cells/once_cell.cpp)
//   OC-1   at most one initialiser runs at a time
//   OC-2   exactly one run succeeds
//   OC-3   all callers get the same object; its address is stable until take or the end of the cell
//   OC-4   the construction of the value happens before every return that sees it
//   OC-5   an exception of f goes to the caller that ran f only; the cell is empty again, all who
//          wait are woken, and one of the callers runs its own f; one attempt happens before the
//          next
//   OC-6   the state is stored before anybody is woken, on every way out of f
//   OC-7   wait returns only when the cell is full
//   OC-8   nothing of a waiter is touched after it may have gone, and nothing of the cell after the
//          value is visible: who sees the value may destroy the cell
//   OC-9   f asks for the value that it makes: recursive_initialisation. Cells that wait for one
//          another, by whatever number of threads: initialisation_cycle, in the last to come
//   OC-10  set on a cell that is not empty gives the value back, and never waits
// Not promised: which caller is next after an exception; progress while f blocks.
//
// It waits without giving up any lock: under a global lock that f may release, use gil_once_cell or
// attached_once_cell instead (docs/choosing-a-cell.md).
//
// Wrong use: destroying a cell that is initialised or waited for (debug: a sentence and abort;
// release: waiters get cell_destroyed, during an initialisation std::terminate).
#pragma once

#include <concepts>
#include <functional>
#include <heddle/detail/initialiser.hpp>
#include <heddle/detail/once_state.hpp>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace heddle {

/// What get_or_try_init returns: the value's address, or what the initialiser returned instead of a
/// value (an empty std::optional, an expected that holds an error …).
template <class T, class Attempt>
struct try_init_result {
  T* value = nullptr;
  std::optional<Attempt> failure{};

  explicit operator bool() const noexcept { return value != nullptr; }
  T& operator*() const noexcept { return *value; }
  T* operator->() const noexcept { return value; }
};

/// Something that may hold a value: `bool(attempt)` says whether, `*attempt` is it.
template <class Attempt, class T>
concept attempt_at = requires(Attempt&& attempt) {
  static_cast<bool>(attempt);
  requires std::constructible_from<T, decltype(*std::forward<Attempt>(attempt))>;
};

/// All members but take, the destructor and those of the value itself may be called by any number
/// of threads at once.
template <class T>
class once_cell {
 public:
  constexpr once_cell() noexcept {}
  once_cell(const once_cell&) = delete;
  once_cell& operator=(const once_cell&) = delete;
  ~once_cell() {
    if (state_.is_full()) std::destroy_at(std::addressof(value_));
  }

  /// The value, or nullptr if there is none yet. Never waits: one acquire load and a branch.
  T* get() noexcept {
    if (state_.is_full()) [[likely]]
      return std::addressof(value_);
    return nullptr;
  }
  const T* get() const noexcept {
    if (state_.is_full()) [[likely]]
      return std::addressof(value_);
    return nullptr;
  }

  /// The value; if there is none, `initialise()` makes it, or that of another thread, for which
  /// this one waits. Throws what `initialise` throws, recursive_initialisation and
  /// initialisation_cycle (OC-9).
  template <detail::initialiser_of<T> Initialise>
  T& get_or_init(Initialise&& initialise) {
    if (!state_.is_full()) [[unlikely]]
      initialise_or_wait(std::forward<Initialise>(initialise), nullptr);
    return value_;
  }

  /// The same, but `stop` ends the waiting: then operation_cancelled is thrown, to this caller
  /// only. An initialiser that runs, here or elsewhere, is never abandoned.
  template <detail::initialiser_of<T> Initialise>
  T& get_or_init(Initialise&& initialise, const std::stop_token& stop) {
    if (!state_.is_full()) [[unlikely]]
      initialise_or_wait(std::forward<Initialise>(initialise), &stop);
    return value_;
  }

  /// The same with an `attempt` that may come without a value (see attempt_at): that counts as a
  /// failure as an exception does (OC-5), and is returned to the caller that ran it.
  template <class Attempt>
    requires attempt_at<std::invoke_result_t<Attempt>, T>
  auto get_or_try_init(Attempt&& attempt) -> try_init_result<T, std::invoke_result_t<Attempt>> {
    if (!state_.is_full() && claimed(nullptr)) {
      detail::once_claim claim(state_, detail::once_state::empty);
      auto made = std::invoke(std::forward<Attempt>(attempt));
      if (!made) return {nullptr, std::move(made)};
      std::construct_at(std::addressof(value_), *std::move(made));
      claim.complete();
    }
    return {std::addressof(value_), std::nullopt};
  }

  /// Puts `value` into an empty cell and returns nothing; gives it back if the cell is full or
  /// being initialised (OC-10). Never waits. Throws what the move of a T throws: then the cell is
  /// empty.
  [[nodiscard]] std::optional<T> set(T value) {
    if (state_.try_claim() != detail::once_state::claim::taken) return value;
    detail::once_claim claim(state_, detail::once_state::empty);
    std::construct_at(std::addressof(value_), std::move(value));
    claim.complete();
    return std::nullopt;
  }

  /// The value, as soon as some other thread has made it. Throws as get_or_init does (OC-9).
  T& wait() {
    while (!state_.is_full()) state_.wait(detail::once_state::wait_for::value);
    return value_;
  }

  /// The same; nullptr if `stop` is stopped first.
  T* wait(const std::stop_token& stop) {
    while (!state_.is_full()) {
      if (!state_.wait(detail::once_state::wait_for::value, stop)) return nullptr;
    }
    return std::addressof(value_);
  }

  /// Takes the value out and leaves the cell empty. Nobody else may use the cell meanwhile.
  std::optional<T> take() {
    detail::diagnose(!state_.is_busy(), "a value is taken from a cell that is being initialised");
    if (!state_.is_full()) return std::nullopt;
    std::optional<T> taken(std::move(value_));
    std::destroy_at(std::addressof(value_));
    state_.reset();
    return taken;
  }

 private:
  /// Whether this thread is to initialise; if not, the cell is full.
  bool claimed(const std::stop_token* stop) {
    return state_.claim_or([&] {
      if (!state_.wait(detail::once_state::wait_for::initialiser,
                       stop != nullptr ? *stop : std::stop_token())) {
        throw operation_cancelled();
      }
    });
  }

  // Apart, so that the fast path is small, and needs no stack.
  template <class Initialise>
  [[gnu::noinline]] void initialise_or_wait(Initialise&& initialise, const std::stop_token* stop) {
    if (!claimed(stop)) return;
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
