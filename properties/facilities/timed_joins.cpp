// Joins that look, or wait for a while: pthread_tryjoin_np, pthread_timedjoin_np and
// pthread_clockjoin_np. Both "it has finished" and "not yet" are seen.
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <atomic>
#include <cerrno>
#include <heddle/check.hpp>

namespace {

std::atomic<int> x{0};

void* set_x(void*) {
  x.store(1, std::memory_order_relaxed);
  return &x;
}

pthread_t start(void* (*function)(void*)) {
  pthread_t thread;
  heddle::require(pthread_create(&thread, nullptr, function, nullptr) == 0);
  return thread;
}

timespec in_one_second(clockid_t clock) {
  timespec when;
  clock_gettime(clock, &when);
  ++when.tv_sec;
  return when;
}

/// What a finished thread has done is seen by who joins it, in whatever way.
HEDDLE_CHECK(try_join_synchronises) {
  const pthread_t thread = start(set_x);
  void* result = nullptr;
  if (pthread_tryjoin_np(thread, &result) == 0) {
    heddle::require(result == &x && x.load(std::memory_order_relaxed) == 1);
  } else {
    heddle::require(pthread_join(thread, nullptr) == 0);
  }
}

HEDDLE_CHECK(try_join_may_fail) {
  const pthread_t thread = start(set_x);
  heddle::require(pthread_tryjoin_np(thread, nullptr) == 0, "the thread has not finished yet");
}

HEDDLE_CHECK(try_join_may_succeed) {
  const pthread_t thread = start(set_x);
  if (pthread_tryjoin_np(thread, nullptr) == 0) heddle::require(false, "it has finished");
  pthread_join(thread, nullptr);
}

/// A loop that polls waits.
HEDDLE_CHECK(try_join_in_a_loop) {
  const pthread_t thread = start(set_x);
  while (pthread_tryjoin_np(thread, nullptr) == EBUSY) sched_yield();
  heddle::require(x.load(std::memory_order_relaxed) == 1);
}

/// The thread that is polled waits for the one that polls.
HEDDLE_CHECK(try_join_in_a_loop_for_ever) {
  const pthread_t thread = start([](void*) -> void* {
    while (x.load() == 0) {
    }
    return nullptr;
  });
  while (pthread_tryjoin_np(thread, nullptr) == EBUSY) sched_yield();
  x.store(1);
}

HEDDLE_CHECK(try_join_twice) {
  const pthread_t thread = start(set_x);
  pthread_join(thread, nullptr);
  pthread_tryjoin_np(thread, nullptr);
}

HEDDLE_CHECK(timed_join_in_time_or_not) {
  const pthread_t thread = start(set_x);
  const timespec when = in_one_second(CLOCK_REALTIME);
  const int outcome = pthread_timedjoin_np(thread, nullptr, &when);
  if (outcome == 0) {
    heddle::require(x.load(std::memory_order_relaxed) == 1);
    return;
  }
  heddle::require(outcome == ETIMEDOUT);
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  heddle::require(now.tv_sec >= when.tv_sec, "the time has passed");
  pthread_join(thread, nullptr);
}

HEDDLE_CHECK(timed_join_expected_in_time) {
  const pthread_t thread = start(set_x);
  const timespec when = in_one_second(CLOCK_REALTIME);
  heddle::require(pthread_timedjoin_np(thread, nullptr, &when) == 0, "it took too long");
}

HEDDLE_CHECK(timed_join_without_limit) {
  heddle::require(pthread_timedjoin_np(start(set_x), nullptr, nullptr) == 0);
  heddle::require(x.load(std::memory_order_relaxed) == 1);
}

HEDDLE_CHECK(timed_join_by_another_clock) {
  const pthread_t thread = start(set_x);
  const timespec none{0, -1};
  heddle::require(pthread_clockjoin_np(thread, nullptr, CLOCK_MONOTONIC, &none) == EINVAL);
  const timespec when = in_one_second(CLOCK_MONOTONIC);
  if (pthread_clockjoin_np(thread, nullptr, CLOCK_MONOTONIC, &when) == ETIMEDOUT) {
    pthread_join(thread, nullptr);
  }
  heddle::require(x.load(std::memory_order_relaxed) == 1);
}

}  // namespace
