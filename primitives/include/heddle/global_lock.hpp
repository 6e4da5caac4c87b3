// A global lock of the kind that interpreters have: one thread at a time is *attached*, may be so
// several times over, and gives the lock up (*detaches*) before it waits for anything else.
//
//   heddle::global_lock lock;
//   heddle::attach_guard guard(lock);
//   use(guard.token());                                        // `attached` proves it
//   heddle::detached(guard.token(), [&] { worker.join(); });   // others may attach meanwhile
//   lock.poll(guard.token());                                  // now and then, in long work
//
//   thread            attach_guard              its end           detach_guard     its end
//   detached          wait; attached(1)         -                 misuse           attached(n)
//   attached(1)       attached(2)               detached          detached         misuse
//   attached(n)       attached(n + 1)           attached(n - 1)   detached         misuse
//
//   lock              initialise                attach            try_attach       finalise
//   not initialised   running at its end        waits for that    not_initialised  -
//   running           logic_error               waits its turn    waits its turn   finalising
//   finalising        logic_error               never returns     finalising       -
//
// While the lock is initialised or finalised the thread that does so, and only that, may attach.
//
// Contracts:
//   GIL-1  at most one thread is attached.
//   GIL-2  what comes before a detaching happens before what follows the next attaching.
//   GIL-3  a thread that is attached attaches again without waiting. Guards end in the opposite
//          order of their beginning.
//   GIL-4  the end of a detach_guard, however reached, restores exactly what it suspended.
//   GIL-5  data of the lock is reached through the token (gil_protected.hpp).
//   GIL-6  nobody should wait while attached: see lock_attached.hpp, attached_once_cell.hpp.
//   GIL-7  what was deferred is applied at each attaching and re-attaching, before the thread goes
//          on, and by poll(); no lock is held meanwhile but this one.
//   GIL-8  after finalise() no other thread attaches: try_attach() says so, and a thread that
//          cannot be told (attach_guard, the end of a detach_guard, poll) sleeps for ever. Nothing
//          unwinds.
//   GIL-9  a thread that waits attaches at last if whoever is attached keeps detaching or polling:
//          after the switch interval the lock is handed to the longest waiting thread, past
//          everybody else, and by threads that only poll, too.
//   GIL-10 nobody else attaches before the initialisation has *completed*.
// Not promised: that anything stays as it was across a call that may detach; first come, first
// served within the switch interval.
//
// Misuse, said in debug builds: guards that end out of order, a token that is used while its thread
// is detached, attaching to a second lock, attach_guard after finalise(), the end of a lock that is
// in use. In release builds a guard that ends while its lock is not attached terminates the
// program; other guards out of order count down in whatever order; a second lock nests.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <heddle/attached.hpp>
#include <heddle/deferred_operations.hpp>
#include <heddle/detail/misuse.hpp>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <utility>

namespace heddle {

class attach_guard;
class attach_result;
class detach_guard;
class global_lock;

/// Why try_attach did not attach.
enum class attach_errc { none, not_initialised, finalising, stopped };

/// Proof that the calling thread is attached to a global_lock. Empty; see attached.hpp.
struct attached {
  using detach_guard = heddle::detach_guard;
  /// Whether the calling thread is attached, to any global_lock.
  static bool is_current() noexcept;

 private:
  friend attach_guard;
  friend detach_guard;
  friend global_lock;
  explicit constexpr attached(int) noexcept {}
};

namespace detail {

// To which lock this thread is attached, and how many times over. The address also names the
// thread.
struct attachment {
  global_lock* lock = nullptr;
  std::uint32_t count = 0;
};
inline constinit thread_local attachment this_attachment;

struct acquired {};

}  // namespace detail

class global_lock {
 public:
  /// How long a thread waits before the lock is handed to it (GIL-9). With zero it asks at once:
  /// every poll and every detaching is then a switch of threads.
  static constexpr std::chrono::milliseconds default_switch_interval{5};

  /// Whether the lock needs initialise() first.
  enum class startup { running, not_initialised };

  /// A lock that is running.
  global_lock() : global_lock(startup::running) {}
  explicit global_lock(startup, std::chrono::nanoseconds switch_interval = default_switch_interval);
  global_lock(const global_lock&) = delete;
  global_lock& operator=(const global_lock&) = delete;
  /// No thread may be attached or waiting; threads that sleep for ever (GIL-8) do no harm. The
  /// thread that was attached last may do it: others that are still on their way out of their
  /// detaching are waited for.
  ~global_lock();

  /// Calls `function(attached)` and lets others attach when it has returned (GIL-10). If it throws,
  /// so does this, and the lock is as before. Throws std::logic_error if the lock has been
  /// initialised, or is being so.
  template <std::invocable<attached> Function>
  void initialise(Function&& function);

  /// From now on only the calling thread may attach; the others that wait, or come, are turned away
  /// (GIL-8). There is no way back, and the calling thread should be the last to use the lock.
  void finalise(attached);

  /// To be called now and then in long work: hands the lock to a thread that has waited too long,
  /// and waits its turn (GIL-9); applies what was deferred. Two loads if there is nothing to do.
  void poll(attached);

  /// Whether a thread has waited so long that the next poll, or detaching, hands the lock to it.
  /// May be called by any thread.
  bool is_wanted() const noexcept {
    return (state_.load(std::memory_order_relaxed) & requested) != 0;
  }

  /// Leaves an operation for whoever attaches next (see deferred_operations::post). Thread safe.
  template <class Function>
    requires std::is_nothrow_invocable_v<std::decay_t<Function>&>
  void defer(Function&& function) {
    deferred_.post(std::forward<Function>(function));
  }

  /// Whether the calling thread is attached to this lock.
  bool is_attached() const noexcept { return detail::this_attachment.lock == this; }

 private:
  friend attach_guard;
  friend attach_result;
  friend detach_guard;
  class waiter;
  class waiter_stop;

  // state_: the sum of these. 0: free, and nobody waits.
  enum : std::uint32_t {
    held = 1,        // somebody is attached, or is being handed the lock
    waited = 2,      // the queue is not empty: who releases the lock has something to do
    woken = 4,       // the first in the queue has been told that the lock is free, and will look
    requested = 8,   // it has waited too long: the lock is not to be released but handed to it
    restricted = 16  // only special_ may attach
  };
  enum class phase { not_initialised, initialising, running, finalising };
  // How a thread comes: by attach_guard, by try_attach, or back from having been detached.
  enum class arrival { first, refusable, again };

  bool acquire_at_once() noexcept {
    std::uint32_t free = 0;
    // Acquire: pairs with the release of whoever was attached before (GIL-2).
    return state_.compare_exchange_strong(free, held, std::memory_order_acquire,
                                          std::memory_order_relaxed);
  }
  void acquire(arrival how) {
    if (!acquire_at_once()) [[unlikely]]
      acquire_or_sleep(how);
  }
  void release() noexcept {
    std::uint32_t alone = held;
    // Release: pairs with the acquire of whoever attaches next (GIL-2).
    if (!state_.compare_exchange_strong(alone, 0, std::memory_order_release,
                                        std::memory_order_relaxed)) [[unlikely]]
      release_to_others();
  }
  void run_deferred() noexcept {
    if (!deferred_.empty()) [[unlikely]]
      drain_deferred();
  }

  // See detail/global_lock_waiting.hpp.
  attach_errc acquire_unless_stopped(const std::stop_token&);
  void acquire_or_sleep(arrival);
  bool overtake() noexcept;
  attach_errc acquire_slowly(arrival, const std::stop_token*);
  attach_errc wait_for_turn(std::unique_lock<std::mutex>&, waiter&, arrival);
  bool kept_for_another() const noexcept;
  bool take_or_mark(waiter&) noexcept;
  void remove(waiter&) noexcept;
  void answer(waiter&, attach_errc) noexcept;
  void mark_queue() noexcept;
  void leave(waiter&) noexcept;
  static std::uint32_t flags_of_queue(const waiter*) noexcept;
  void release_to_others() noexcept;
  void tell(std::unique_lock<std::mutex>&, std::condition_variable&) noexcept;
  bool grant(std::unique_lock<std::mutex>&) noexcept;
  void hand_over();
  void drain_deferred() noexcept;
  void begin_initialisation();
  void end_initialisation(phase) noexcept;

  std::atomic<std::uint32_t> state_;
  deferred_operations deferred_;
  const std::chrono::nanoseconds switch_interval_;

  std::mutex inner_;                       // protects what follows; no user's code runs under it
  std::condition_variable phase_changed_;  // for threads that wait for the initialisation
  waiter* first_ = nullptr;                // the queue, longest waiting first
  waiter* last_ = nullptr;
  phase phase_;
  const void* special_ = nullptr;  // the thread that initialises or finalises

  std::array<std::condition_variable, 8> beds_;  // where threads sleep, several in one if need be
  std::size_t next_bed_ = 0;

  std::mutex telling_;  // held while a thread is woken; to be locked after inner_, if both are
};

/// Attaches the calling thread for its lifetime, as an automatic object. Waits if another thread is
/// attached, but not if the calling thread is. What was deferred is applied before the constructor
/// returns. Does not return after finalise(). Uncontended: one read-modify-write at each end.
class [[nodiscard]] attach_guard {
 public:
  explicit attach_guard(global_lock& lock) : lock_(&lock) {
    if (nest()) return;
    lock.acquire(global_lock::arrival::first);
    begin();
  }
  /// For try_attach: the lock has been acquired, or the thread is attached already.
  attach_guard(global_lock& lock, detail::acquired) : lock_(&lock) {
    if (!nest()) begin();
  }
  attach_guard(const attach_guard&) = delete;
  attach_guard& operator=(const attach_guard&) = delete;

  ~attach_guard() {
    detail::attachment& mine = detail::this_attachment;
    if (mine.lock != lock_) [[unlikely]]
      detail::fatal_misuse("an attach_guard ends while its thread is detached from its lock");
    detail::diagnose(mine.count == depth_, "attach_guards end out of order");
    if (--mine.count == 0) {
      mine = outer_;
      lock_->release();
    }
  }

  /// The proof. Valid as long as the guard, but not while the thread is detached.
  attached token() const noexcept {
    detail::diagnose(lock_->is_attached(), "a token is asked for while its thread is detached");
    return attached(0);
  }

 private:
  bool nest() noexcept {
    detail::attachment& mine = detail::this_attachment;
    if (mine.lock == lock_) {
      depth_ = ++mine.count;
      return true;
    }
    detail::diagnose(mine.lock == nullptr,
                     "a thread attaches to a second global lock without detaching from the first");
    return false;
  }
  void begin() noexcept {
    depth_ = 1;
    outer_ = std::exchange(detail::this_attachment, {lock_, 1});
    lock_->run_deferred();
  }

  global_lock* lock_;
  detail::attachment outer_;  // to be restored by the guard that releases the lock
  std::uint32_t depth_ = 0;
};

/// Detaches the calling thread for its lifetime, however often it is attached, and attaches it
/// again as often at its end (GIL-4), when what was deferred is applied (GIL-7). The wait at the
/// end cannot be stopped; after finalise() it does not end. Uncontended: one read-modify-write at
/// each end.
class [[nodiscard]] detach_guard {
 public:
  explicit detach_guard(attached) noexcept
      : suspended_(std::exchange(detail::this_attachment, {})) {
    if (suspended_.lock == nullptr) [[unlikely]]
      detail::fatal_misuse("a token is used while its thread is detached");
    suspended_.lock->release();
  }
  detach_guard(const detach_guard&) = delete;
  detach_guard& operator=(const detach_guard&) = delete;
  ~detach_guard() {
    if (suspended_.lock != nullptr) reattach();
  }

  /// Attaches the thread again before the end of the guard, which then does nothing.
  attached reattach() noexcept {
    if (detail::this_attachment.lock != nullptr || suspended_.lock == nullptr) [[unlikely]]
      detail::fatal_misuse("a detach_guard ends, or reattaches, while its thread is attached");
    suspended_.lock->acquire(global_lock::arrival::again);
    detail::this_attachment = std::exchange(suspended_, {});
    detail::this_attachment.lock->run_deferred();
    return attached(0);
  }

 private:
  detail::attachment suspended_;  // no lock: the thread has been attached again
};

/// What try_attach returns: an attach_guard, or why there is none. An automatic object.
class [[nodiscard]] attach_result {
 public:
  attach_result(global_lock& lock, const std::stop_token& stop)
      : error_(lock.is_attached() ? attach_errc::none : lock.acquire_unless_stopped(stop)) {
    if (error_ == attach_errc::none) guard_.emplace(lock, detail::acquired{});
  }
  attach_result(const attach_result&) = delete;
  attach_result& operator=(const attach_result&) = delete;

  explicit operator bool() const noexcept { return guard_.has_value(); }
  attach_errc error() const noexcept { return error_; }
  /// The proof; throws std::bad_optional_access if the thread was not attached.
  attached token() const { return guard_.value().token(); }

 private:
  attach_errc error_;
  std::optional<attach_guard> guard_;
};

/// Attaches the calling thread for the lifetime of the result, if it may. Waits for its turn, but
/// not for the initialisation, nor longer than until a stop is requested: a free lock, or one that
/// has been handed to the thread, wins over the stop. Never sleeps for ever (GIL-8).
inline attach_result try_attach(global_lock& lock, const std::stop_token& stop = {}) {
  return attach_result(lock, stop);
}

inline bool attached::is_current() noexcept { return detail::this_attachment.lock != nullptr; }

inline void global_lock::drain_deferred() noexcept { deferred_.drain(attached(0)); }

template <std::invocable<attached> Function>
void global_lock::initialise(Function&& function) {
  begin_initialisation();
  try {
    attach_guard guard(*this);
    std::invoke(std::forward<Function>(function), guard.token());
  } catch (...) {
    end_initialisation(phase::not_initialised);
    throw;
  }
  end_initialisation(phase::running);
}

}  // namespace heddle

#include <heddle/detail/global_lock_waiting.hpp>
