// The state of a cell that is initialised once and may be waited for: one word, whatever the type
// of the value. once_cell, lazy and attached_once_cell are made of it.
//
//   word_              meaning                                      who changes it, to what
//   empty              nobody initialises                           try_claim: a thread
//   thread             address of the once_thread that initialises  that thread: full, empty (the
//                                                                   initialiser threw), poisoned
//   full               the value is complete and constant           reset, with exclusive access
//   poisoned           never to be full                             nobody
//   … + has_waiters    with empty or thread: somebody may stand     whoever waits sets it; whoever
//                      in the list of waiters                       ends an initialisation clears
//                      it
//
// Orders: `finish` releases; it pairs with the acquire of `is_full` (the value, OC-4) and, when the
// word becomes empty, with that of `try_claim` (one attempt happens before the next). All others
// are relaxed: has_waiters is set under the list's mutex, and the thread that finishes takes that
// mutex if it finds the flag. Of the thread in the word only the address is used.
//
// The fast path, is_full, is one load and one comparison.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <heddle/cell_errors.hpp>
#include <heddle/detail/misuse.hpp>
#include <heddle/detail/once_waiters.hpp>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <utility>

namespace heddle::detail {

class once_state {
 public:
  enum word : std::uintptr_t {
    empty = 0,
    has_waiters = 1,
    full = 2,
    poisoned = 4,
    least_thread = 16
  };
  enum class claim { taken, busy, full, poisoned };
  enum class wait_for { initialiser, value };

  constexpr once_state() noexcept = default;
  once_state(const once_state&) = delete;
  once_state& operator=(const once_state&) = delete;
  ~once_state() {
    const std::uintptr_t word = word_.load(std::memory_order_relaxed);
    if (word >= least_thread || (word & has_waiters) != 0) [[unlikely]]
      destroyed_in_use(word);
  }

  bool is_full() const noexcept { return word_.load(std::memory_order_acquire) == full; }

  /// Makes the calling thread the initialiser if nobody is and nobody was; else says why not.
  claim try_claim() noexcept {
    std::uintptr_t seen = word_.load(std::memory_order_acquire);
    while ((seen & ~has_waiters) == empty) {
      const auto mine = reinterpret_cast<std::uintptr_t>(&this_once_thread) | (seen & has_waiters);
      // acquire pairs with the release of a failed attempt.
      if (word_.compare_exchange_weak(seen, mine, std::memory_order_acquire)) return claim::taken;
    }
    if (seen == full) return claim::full;
    return seen == poisoned ? claim::poisoned : claim::busy;
  }

  /// Makes the calling thread the initialiser, then true; false if the cell is full. As long as
  /// another thread initialises, calls `wait`. Throws poisoned, and what `wait` throws.
  template <class Wait>
  bool claim_or(Wait&& wait) {
    for (;;) {
      switch (try_claim()) {
        case claim::taken:
          return true;
        case claim::full:
          return false;
        case claim::poisoned:
          throw heddle::poisoned();
        case claim::busy:
          wait();
      }
    }
  }

  /// Ends the calling thread's initialisation: `final` is empty, full or poisoned. The word comes
  /// first, the waiters after it (OC-6), and nothing of the cell is touched once the word is there.
  void finish(word final) noexcept {
    const std::uintptr_t before = word_.exchange(final, std::memory_order_release);
    if ((before & has_waiters) == 0) return;
    std::lock_guard lock(all_once_waiters.mutex);
    all_once_waiters.signal(this);
  }

  /// Waits for the end of an initialisation: of the one that is going on, if any
  /// (wait_for::initialiser), or else of the next one (wait_for::value); not at all if the cell is
  /// full or poisoned. False if `stop` was stopped before; true means: look again.
  /// Throws recursive_initialisation, initialisation_cycle, cell_destroyed.
  bool wait(wait_for what, const std::stop_token& stop = {}) {
    once_waiter waiter{.cell = this};
    const std::stop_callback on_stop(stop, [&waiter]() noexcept {
      std::lock_guard lock(all_once_waiters.mutex);
      waiter.stopped = true;
      waiter.changed.notify_one();
    });
    std::unique_lock lock(all_once_waiters.mutex);
    if (!announce(what)) return true;
    all_once_waiters.add(waiter);
    waiter.changed.wait(lock, [&waiter] { return waiter.signalled || waiter.stopped; });
    all_once_waiters.remove(waiter);
    if (waiter.orphaned) throw cell_destroyed();
    return waiter.signalled;
  }

  /// Back to empty. Nobody else uses the cell.
  void reset() noexcept { word_.store(empty, std::memory_order_relaxed); }

  /// Whether somebody initialises now: for assertions of those who need exclusive access.
  bool is_busy() const noexcept { return word_.load(std::memory_order_relaxed) >= least_thread; }

 private:
  static const once_thread* initialiser(std::uintptr_t word) noexcept {
    return word < least_thread
               ? nullptr
               : reinterpret_cast<const once_thread*>(word & ~std::uintptr_t{has_waiters});
  }

  /// With the list's mutex held: sets has_waiters if there is something to wait for, else says no.
  bool announce(wait_for what) {
    std::uintptr_t seen = word_.load(std::memory_order_relaxed);
    for (;;) {
      if (seen == full || seen == poisoned) return false;
      if (seen < least_thread && what == wait_for::initialiser) return false;
      if ((seen & has_waiters) != 0 ||
          word_.compare_exchange_weak(seen, seen | has_waiters, std::memory_order_relaxed)) {
        break;
      }
    }
    refuse_cycle();
    return true;
  }

  /// Follows the chain of waits from this cell on; throws if it leads to the calling thread. The
  /// links are complete when the last thread of a cycle comes here, as each is made under the
  /// mutex.
  void refuse_cycle() const {
    for (const once_state* cell = this; cell != nullptr;) {
      const once_thread* who = initialiser(cell->word_.load(std::memory_order_relaxed));
      if (who == nullptr) return;
      if (who == &this_once_thread) {
        if (cell == this) throw recursive_initialisation();
        throw initialisation_cycle();
      }
      cell = all_once_waiters.awaited_by(who);
    }
  }

  /// Wrong use. Release builds: waiters of an empty cell get cell_destroyed; an initialiser would
  /// write into memory that is gone, so the program ends.
  void destroyed_in_use(std::uintptr_t word) const noexcept {
    if (initialiser(word) != nullptr) {
      diagnose(false, "a cell is destroyed while it is being initialised");
      std::terminate();
    }
    std::lock_guard lock(all_once_waiters.mutex);
    // The flag alone is no proof: a waiter that was stopped leaves it set.
    diagnose(!all_once_waiters.contains(this), "a cell is destroyed while a thread waits for it");
    all_once_waiters.signal(this, true);
  }

  std::atomic<std::uintptr_t> word_{empty};
};

/// The right to initialise, from a successful try_claim to its end: unless `complete` was called,
/// the cell is left as `otherwise` says, whatever ended the scope (an exception, the thread's end).
class once_claim {
 public:
  once_claim(once_state& state, once_state::word otherwise) noexcept
      : state_(state), final_(otherwise) {}
  once_claim(const once_claim&) = delete;
  once_claim& operator=(const once_claim&) = delete;
  ~once_claim() { state_.finish(final_); }
  void complete() noexcept { final_ = once_state::full; }
  /// Makes `value`, which is storage so far, of what `initialise()` returns (without a copy), and
  /// completes; throws what it throws.
  template <class T, class Initialise>
  void make(T& value, Initialise&& initialise) {
    ::new (static_cast<void*>(std::addressof(value)))
        T(std::invoke(std::forward<Initialise>(initialise)));
    complete();
  }

 private:
  once_state& state_;
  once_state::word final_;
};

}  // namespace heddle::detail
