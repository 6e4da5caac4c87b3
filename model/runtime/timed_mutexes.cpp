// Locking with a time limit: a lock that finds the mutex taken has timed out. That it comes in time
// are the executions in which it does not.
#include <pthread.h>

#include <cerrno>

#include "model/runtime/deadlines.hpp"
#include "model/runtime/mutexes.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {
namespace {

constinit real_function<int(pthread_mutex_t*, const timespec*)> real_timed_lock{
    "pthread_mutex_timedlock"};
constinit real_function<int(pthread_mutex_t*, clockid_t, const timespec*)> real_clock_lock{
    "pthread_mutex_clocklock"};

int timed_lock_mutex(pthread_mutex_t* mutex, clockid_t clock, const timespec* when) {
  std::optional<deadline> until;
  bool held = false;
  {
    engine::visit v;
    until = deadline_at(v.e, clock, *when);
    held = holds_mutex(v.e, mutex);
  }
  if (!until) return EINVAL;
  if (until->never || held) return lock_mutex(mutex);
  const int result = try_lock_mutex(mutex, "timed lock");
  if (result != EBUSY) return result;
  engine::visit v;
  reached(v.e, *until);
  return ETIMEDOUT;
}

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int pthread_mutex_timedlock(pthread_mutex_t* __restrict mutex,
                            const timespec* __restrict when) noexcept {
  return engine::inside() ? timed_lock_mutex(mutex, CLOCK_REALTIME, when)
                          : real_timed_lock(mutex, when);
}

int pthread_mutex_clocklock(pthread_mutex_t* __restrict mutex, clockid_t clock,
                            const timespec* __restrict when) noexcept {
  return engine::inside() ? timed_lock_mutex(mutex, clock, when)
                          : real_clock_lock(mutex, clock, when);
}

}  // extern "C"
