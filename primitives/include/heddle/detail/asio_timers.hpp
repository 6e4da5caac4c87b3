// The timers of an asio_executor: heddle's own queue of them, and one timer of Asio's that is armed
// for the earliest. So a timer costs no allocation, and Asio sees one wait, or none.
//
//   timer    idle → pending (add) → firing → idle
//   remove   pending: taken out; firing on another thread: waits until it is idle
//
// Shared with the handler of Asio's timer, which may outlive the executor: aborted, it does
// nothing.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>
#include <condition_variable>
#include <heddle/detail/timer_queue.hpp>
#include <memory>
#include <mutex>
#include <utility>

namespace heddle::detail {

class asio_timers : public std::enable_shared_from_this<asio_timers> {
 public:
  explicit asio_timers(const asio::any_io_executor& where) : alarm_(where) {}

  void add(timer& added) {
    std::lock_guard guard(mutex_);
    added.now = timer::state::pending;
    pending_.add(added);
    arm();
  }

  void remove(timer& removed) {
    std::unique_lock lock(mutex_);
    if (removed.now == timer::state::pending) {
      pending_.remove(removed);
      removed.now = timer::state::idle;
      // Else run() of an io_context would wait for nothing.
      if (pending_.first() == nullptr && std::exchange(armed_, false)) alarm_.cancel();
      return;
    }
    while (removed.now == timer::state::firing) fired_.wait(lock);
  }

 private:
  using clock = std::chrono::steady_clock;

  // With mutex_ held: the alarm is set for the earliest timer, or earlier.
  void arm() {
    timer* const first = pending_.first();
    if (first == nullptr || (armed_ && armed_for_ <= first->when)) return;
    armed_for_ = first->when;
    alarm_.expires_at(first->when);  // aborts the wait that there was
    armed_ = true;
    alarm_.async_wait(
        [self = shared_from_this(), number = ++alarms_](const asio::error_code& error) {
          if (!error) self->ring(number);
        });
  }

  void ring(unsigned long number) {
    std::unique_lock lock(mutex_);
    if (number == alarms_) armed_ = false;  // else another one has been set meanwhile
    const auto now = clock::now();
    while (timer* first = pending_.first()) {
      if (first->when > now) break;
      pending_.remove(*first);
      first->now = timer::state::firing;
      lock.unlock();
      first->fire(*first);
      lock.lock();
      first->now = timer::state::idle;
      fired_.notify_all();
    }
    arm();
  }

  std::mutex mutex_;
  std::condition_variable fired_;
  // All guarded by mutex_:
  asio::steady_timer alarm_;
  timer_queue pending_;
  bool armed_ = false;
  clock::time_point armed_for_;
  unsigned long alarms_ = 0;
};

}  // namespace heddle::detail
