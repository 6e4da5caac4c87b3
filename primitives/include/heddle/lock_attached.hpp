// Other locks beside a global lock. A thread that waits for a mutex while it is attached keeps
// everybody from attaching, the mutex's owner included, if that has detached or is about to attach:
// a deadlock of two. These functions detach before they wait.
//
//   mutex is      lock_attached
//   free          taken; the thread has stayed attached
//   taken         detach; wait for the mutex; attach again, with the mutex
//
// Contracts:
//   MX-1   if *all* threads that are attached lock a mutex by these, its owner may detach, and
//   attach
//          again, as it likes. One thread that waits for it attached is enough for a deadlock.
//   MX-2   on return the mutex is held and the thread is attached. If locking throws, the thread is
//          attached.
//   MX-3   not promised: who comes next. Two mutexes need an order between them, as ever.
//   MX-4   the order of the two is: mutex, then global lock. So code that holds such a mutex may
//          detach, or call what may; code that waits for the mutex must not be attached.
#pragma once

#include <concepts>
#include <condition_variable>
#include <heddle/attached.hpp>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <utility>

namespace heddle {

/// Locks `mutex` for a thread that is attached, and detaches only if it has to wait. Throws what
/// mutex.lock() throws. Data reached before may have changed.
template <attached_token Token, class Mutex>
[[nodiscard]] std::unique_lock<Mutex> lock_attached(Token token, Mutex& mutex) {
  std::unique_lock<Mutex> lock(mutex, std::try_to_lock);
  if (!lock) detached(token, [&] { lock.lock(); });
  return lock;
}

/// The same for a share of `mutex`.
template <attached_token Token, class SharedMutex>
[[nodiscard]] std::shared_lock<SharedMutex> shared_lock_attached(Token token, SharedMutex& mutex) {
  std::shared_lock<SharedMutex> lock(mutex, std::try_to_lock);
  if (!lock) detached(token, [&] { lock.lock(); });
  return lock;
}

/// A condition variable for threads that are attached. A wait gives up both, the mutex and the
/// global lock, and has both again when it ends; predicates are called with both. Any thread may
/// notify, attached or not, with the mutex or without.
class attached_condition_variable {
 public:
  /// Waits until `predicate()` is true.
  template <attached_token Token, class Lock, std::predicate Predicate>
  void wait(Token token, Lock& lock, Predicate predicate) {
    while (!predicate()) detached(token, [&] { changed_.wait(lock); });
  }

  /// Waits until `predicate()` is true or a stop is requested; returns what the predicate says
  /// then.
  template <attached_token Token, class Lock, std::predicate Predicate>
  bool wait(Token token, Lock& lock, std::stop_token stop, Predicate predicate) {
    while (!predicate()) {
      if (stop.stop_requested()) return false;
      detached(token, [&] { wait_once(lock, stop); });
    }
    return true;
  }

  void notify_one() noexcept { changed_.notify_one(); }
  void notify_all() noexcept { changed_.notify_all(); }

 private:
  // Until a notification, a stop, or nothing at all.
  template <class Lock>
  void wait_once(Lock& lock, const std::stop_token& stop) {
    bool looked = false;
    changed_.wait(lock, stop, [&] { return std::exchange(looked, true); });
  }

  std::condition_variable_any changed_;
};

}  // namespace heddle
