// What both executors are made of: a queue of ready tasks and timers, driven by one thread
// (event_loop) or by several (thread_pool).
//
//   timer      idle → pending (add) → due (its time has come) → firing → idle
//   remove     pending, due: taken out; firing on another thread: waits until it is idle
//
// Ready tasks run in the order in which they were posted, due timers before them, earliest first; a
// chooser changes both orders, so that a test can try them all. One mutex guards everything and is
// released while a task runs or a timer fires.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <heddle/detail/task_context.hpp>
#include <heddle/detail/timer_queue.hpp>
#include <mutex>
#include <utility>

namespace heddle::detail {

class run_queue : public executor {
 public:
  using clock = std::chrono::steady_clock;

  void post(task_context& ready) noexcept override {
    std::lock_guard guard(mutex_);
    ready.next_ready = nullptr;
    *ready_end_ = &ready;
    ready_end_ = &ready.next_ready;
    ++ready_count_;
    if (sleepers_ != 0) changed_.notify_one();
  }

  void add_timer(timer& added) noexcept override {
    std::lock_guard guard(mutex_);
    added.now = timer::state::pending;
    timers_.add(added);
    if (sleepers_ != 0 && timers_.first() == &added) changed_.notify_one();
  }

  void remove_timer(timer& removed) noexcept override {
    std::unique_lock lock(mutex_);
    if (removed.now == timer::state::pending) timers_.remove(removed);
    if (removed.now == timer::state::due) {
      due_.remove(removed);
      --due_count_;
    }
    if (removed.now != timer::state::firing) {
      removed.now = timer::state::idle;
      return;
    }
    ++waiting_for_fire_;
    while (removed.now == timer::state::firing) fired_.wait(lock);
    --waiting_for_fire_;
  }

 protected:
  ~run_queue() = default;

  /// Runs what is ready until `stop` is true, which is asked with the mutex held; changes of it are
  /// told by wake_all.
  template <typename Stop>
  void drive(Stop stop) {
    std::unique_lock lock(mutex_);
    while (!stop()) {
      collect_due();
      if (due_count_ != 0) {
        fire_one(lock);
      } else if (task_context* task = take_ready()) {
        lock.unlock();
        task->resume();
        lock.lock();
      } else {
        sleep(lock);
      }
    }
  }

  void wake_all() noexcept { changed_.notify_all(); }
  std::mutex& mutex() noexcept { return mutex_; }
  void choose_by(std::function<std::size_t(std::size_t)> chooser) { chooser_ = std::move(chooser); }

 private:
  std::size_t choice(std::size_t among) { return chooser_ && among > 1 ? chooser_(among) : 0; }

  void collect_due() noexcept {
    if (timers_.first() == nullptr) return;
    const auto now = clock::now();
    while (timer* first = timers_.first()) {
      if (first->when > now) break;
      timers_.remove(*first);
      first->now = timer::state::due;
      due_.push_back(*first);
      ++due_count_;
    }
  }

  void fire_one(std::unique_lock<std::mutex>& lock) {
    timer* chosen = due_.front();
    for (std::size_t skip = choice(due_count_); skip != 0; --skip) chosen = due_.next(*chosen);
    due_.remove(*chosen);
    --due_count_;
    chosen->now = timer::state::firing;
    lock.unlock();
    chosen->fire(*chosen);
    lock.lock();
    chosen->now = timer::state::idle;
    if (waiting_for_fire_ != 0) fired_.notify_all();
  }

  task_context* take_ready() {
    if (ready_ == nullptr) return nullptr;
    task_context** place = &ready_;
    for (std::size_t skip = choice(ready_count_); skip != 0; --skip) place = &(*place)->next_ready;
    task_context* const taken = *place;
    *place = taken->next_ready;
    if (*place == nullptr) ready_end_ = place;
    --ready_count_;
    // This thread may be the only one that watches over the rest: another one has to take over.
    if (sleepers_ != 0 && (ready_ != nullptr || timers_.first() != nullptr)) changed_.notify_one();
    return taken;
  }

  void sleep(std::unique_lock<std::mutex>& lock) {
    ++sleepers_;
    if (timer* first = timers_.first()) {
      const auto when = first->when;  // the timer may be gone before the wait is over
      changed_.wait_until(lock, when);
    } else {
      changed_.wait(lock);
    }
    --sleepers_;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable fired_;
  task_context* ready_ = nullptr;
  task_context** ready_end_ = &ready_;
  std::size_t ready_count_ = 0;
  timer_queue timers_;
  intrusive_list<timer, due_tag> due_;
  std::size_t due_count_ = 0;
  unsigned sleepers_ = 0;
  unsigned waiting_for_fire_ = 0;
  std::function<std::size_t(std::size_t)> chooser_;
};

}  // namespace heddle::detail
