// Jobs that somebody else starts: at most `limit` run, at most `pending_limit` wait for their turn,
// and who brings more waits.
//
//   state     spawn                                  close()                  jobs
//   open      accepted; waits where both are full    → closing                run, limit at a time
//   closing   throws scheduler_closed, also those    waits with the others    cancelled
//             that were waiting
//   closed    throws scheduler_closed                nothing                  none
//
//   AJ-1  running <= limit, pending <= pending_limit. AJ-2  A job that ends starts a pending one.
//   AJ-3  When close() has returned no job runs, and none will: whoever waited in spawn looks again
//         whether it is closed. Each close() returns only then, also the second.
//   AJ-4  close() cancels: running jobs at their next checkpoint; a pending one never begins.
//   AJ-5  A cancellation of close() comes out; the scheduler stays closing.
//   AJ-7, ATM-1  A job is cancelled by close() only, not with who has brought it.
#pragma once

#include <cstddef>
#include <heddle/async_condition_variable.hpp>
#include <heddle/async_semaphore.hpp>
#include <heddle/task_group.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace heddle {

class scheduler_closed : public std::runtime_error {
 public:
  scheduler_closed() : std::runtime_error("the job scheduler is closed") {}
};

struct job_limits {
  std::size_t limit;
  std::size_t pending_limit;
};

class job_scheduler {
 public:
  job_scheduler(const job_scheduler&) = delete;
  job_scheduler& operator=(const job_scheduler&) = delete;

  /// Accepts `job`, when there is room. Throws scheduler_closed, or `cancelled`: then the job is
  /// not accepted.
  task<void> spawn(task<void> job) {
    async_mutex::guard guard = co_await mutex_.lock();
    co_await changed_.wait(
        guard, [this] { return closing_ || active_ < limits_.limit + limits_.pending_limit; });
    if (closing_ || !start(job)) {
      job.discard();
      throw scheduler_closed();
    }
  }

  /// Cancels all jobs and waits for them. Not to be called by a job.
  task<void> close() {
    async_mutex::guard guard = co_await mutex_.lock();
    closing_ = true;
    changed_.notify_all();
    jobs_.scope().request_cancel();
    co_await changed_.wait(guard, [this] { return active_ == 0; });
  }

  /// Waits until there are no jobs, pending or running; more may come.
  task<void> wait_until_idle() {
    async_mutex::guard guard = co_await mutex_.lock();
    co_await changed_.wait(guard, [this] { return active_ == 0; });
  }

 private:
  template <typename Body>
  friend task<void> with_job_scheduler(job_limits limits, Body body);

  job_scheduler(executor& where, job_limits limits)
      : where_(where), limits_(limits), turns_(limits.limit), jobs_(false, false) {}

  // With the mutex: false if there will be no more jobs.
  bool start(task<void>& job) {
    task<void> turn = take_turn(std::move(job));
    ++active_;
    if (jobs_.spawn(where_, turn)) return true;
    --active_;
    turn.discard();
    return false;
  }

  task<void> take_turn(task<void> job) {
    std::exception_ptr end;
    try {
      const async_semaphore::permit turn = co_await turns_.acquire();
      co_await std::move(job);
    } catch (...) {
      end = std::current_exception();
    }
    job.discard();  // where its turn did not come
    async_mutex::guard guard = co_await mutex_.lock_shielded();
    --active_;
    changed_.notify_all();
    guard.unlock();
    if (end) std::rethrow_exception(end);
  }

  executor& where_;
  const job_limits limits_;
  async_semaphore turns_;
  async_mutex mutex_;
  async_condition_variable changed_;
  bool closing_ = false;    // guarded by mutex_
  std::size_t active_ = 0;  // guarded by mutex_: pending and running jobs
  detail::child_set jobs_;
};

/// Runs `body(scheduler)`, then closes the scheduler. Throws what the body throws; else the errors
/// of the jobs in an exception_group.
template <typename Body>
task<void> with_job_scheduler(job_limits limits, Body body) {
  detail::task_context& me = co_await detail::current_context{};
  job_scheduler scheduler(*me.where, limits);
  scheduler.jobs_.scope().enter(me.scope);
  std::exception_ptr error;
  try {
    co_await std::invoke(body, scheduler);
  } catch (...) {
    error = std::current_exception();
  }
  scheduler.jobs_.scope().request_cancel();
  co_await scheduler.jobs_.join();
  scheduler.jobs_.scope().leave();
  if (error) std::rethrow_exception(error);
  if (std::vector<std::exception_ptr> errors = scheduler.jobs_.take_errors(); !errors.empty()) {
    throw exception_group("errors of jobs", std::move(errors));
  }
}

}  // namespace heddle
