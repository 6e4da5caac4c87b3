// Where threads wait for a once cell, and how a cycle of waits is seen. One list for all cells:
// it is touched only by threads that find a cell being initialised, and by whoever ends an
// initialisation that somebody waits for.
//
// Invariants
// - All of it is guarded by the list's mutex, under which no code of the user runs.
// - A waiter stands on its thread's stack, and leaves the list under the mutex before its thread
//   goes on. Who wakes it touches it under the mutex only, so never after its end (OC-8).
// - Who wakes uses the address of the cell as a key and does not touch the cell: by then another
//   thread may have seen the value, and destroyed the cell.
#pragma once

#include <condition_variable>
#include <mutex>

namespace heddle::detail {

class once_state;

/// Who initialises: a thread is known by the address of its object, aligned so that a cell's word
/// can hold it beside a flag and small numbers. Nobody looks inside: another thread could only do
/// so if the thread-local's initialisation happened before.
struct alignas(16) once_thread {};

inline constinit thread_local once_thread this_once_thread{};

struct once_waiter {
  const once_state* cell;
  const once_thread* thread = &this_once_thread;
  std::condition_variable changed{};
  bool signalled = false;  // the state of the cell has changed
  bool stopped = false;    // the waiter's stop_token is stopped
  bool orphaned = false;   // the cell has been destroyed
  once_waiter* next = nullptr;
  once_waiter* previous = nullptr;
};

class once_waiters {
 public:
  std::mutex mutex;

  /// The mutex is held; so for all that follow.
  void add(once_waiter& waiter) noexcept {
    waiter.next = first_;
    if (first_ != nullptr) first_->previous = &waiter;
    first_ = &waiter;
  }

  void remove(once_waiter& waiter) noexcept {
    if (waiter.next != nullptr) waiter.next->previous = waiter.previous;
    (waiter.previous != nullptr ? waiter.previous->next : first_) = waiter.next;
  }

  bool contains(const once_state* cell) const noexcept {
    for (const once_waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) {
      if (waiter->cell == cell) return true;
    }
    return false;
  }

  /// The cell that a thread waits for, or nullptr: the next link of a chain of waits. Time: as
  /// signal.
  const once_state* awaited_by(const once_thread* thread) const noexcept {
    for (const once_waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) {
      if (waiter->thread == thread && !waiter->signalled) return waiter->cell;
    }
    return nullptr;
  }

  /// Wakes all who wait for `cell`. Time: linear in the number of threads that wait for any cell.
  void signal(const once_state* cell, bool destroyed = false) noexcept {
    for (once_waiter* waiter = first_; waiter != nullptr; waiter = waiter->next) {
      if (waiter->cell != cell) continue;
      waiter->signalled = true;
      waiter->orphaned = waiter->orphaned || destroyed;
      waiter->changed.notify_one();
    }
  }

 private:
  once_waiter* first_ = nullptr;
};

inline constinit once_waiters all_once_waiters{};

}  // namespace heddle::detail
