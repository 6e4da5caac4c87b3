// Clocks and sleeping, in virtual time (virtual_time.hpp). A thread that sleeps is not delayed:
// what other threads do meanwhile, and how long that takes, nobody knows.
#include <sys/time.h>
#include <sys/timeb.h>
#include <unistd.h>

#include <cerrno>

#include "model/runtime/deadlines.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {
namespace {

constinit real_function<int(clockid_t, timespec*)> real_clock_gettime{"clock_gettime"};
constinit real_function<int(timeval*, void*)> real_gettimeofday{"gettimeofday"};
constinit real_function<time_t(time_t*)> real_time{"time"};
constinit real_function<int(timespec*, int)> real_timespec_get{"timespec_get"};
constinit real_function<clock_t()> real_clock{"clock"};
constinit real_function<int(const timespec*, timespec*)> real_nanosleep{"nanosleep"};
constinit real_function<int(clockid_t, int, const timespec*, timespec*)> real_clock_nanosleep{
    "clock_nanosleep"};
constinit real_function<int(useconds_t)> real_usleep{"usleep"};
constinit real_function<unsigned(unsigned)> real_sleep{"sleep"};

timespec show(clockid_t clock) {
  engine::visit v;
  return *read_clock(v.e, clock);
}

/// 0, or the error.
int sleep_until(engine& e, const std::optional<deadline>& when) {
  if (!when) return EINVAL;
  if (when->never) {
    e.cannot(
        "sleeps for more than a hundred years, and heddle does not model a thread that waits "
        "for a signal");
  }
  reached(e, *when);
  return 0;
}

int sleep_for(const timespec& duration) {
  engine::visit v;
  return sleep_until(v.e, deadline_after(v.e, duration));
}

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int clock_gettime(clockid_t clock, timespec* shown) noexcept {
  if (!engine::inside()) return real_clock_gettime(clock, shown);
  bool known = false;
  {
    engine::visit v;
    if (const auto now = read_clock(v.e, clock)) {
      *shown = *now;
      known = true;
    }
  }
  if (known) return 0;
  errno = EINVAL;
  return -1;
}

int gettimeofday(timeval* __restrict shown, void* __restrict zone) noexcept {
  if (!engine::inside()) return real_gettimeofday(shown, zone);
  const timespec now = show(CLOCK_REALTIME);
  *shown = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* shown) noexcept {
  if (!engine::inside()) return real_time(shown);
  const timespec now = show(CLOCK_REALTIME);
  if (shown != nullptr) *shown = now.tv_sec;
  return now.tv_sec;
}

int timespec_get(timespec* shown, int base) noexcept {
  if (!engine::inside()) return real_timespec_get(shown, base);
  if (base != TIME_UTC) return 0;
  *shown = show(CLOCK_REALTIME);
  return base;
}

clock_t clock() noexcept {
  if (!engine::inside()) return real_clock();
  const timespec now = show(CLOCK_PROCESS_CPUTIME_ID);
  return now.tv_sec * CLOCKS_PER_SEC + now.tv_nsec / (1'000'000'000 / CLOCKS_PER_SEC);
}

int nanosleep(const timespec* duration, timespec* rest) {
  if (!engine::inside()) return real_nanosleep(duration, rest);
  const int error = sleep_for(*duration);
  if (error == 0) return 0;
  errno = error;
  return -1;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* when, timespec* rest) {
  if (!engine::inside()) return real_clock_nanosleep(clock, flags, when, rest);
  if ((flags & TIMER_ABSTIME) == 0) return sleep_for(*when);
  engine::visit v;
  return sleep_until(v.e, deadline_at(v.e, clock, *when));
}

int usleep(useconds_t microseconds) {
  if (!engine::inside()) return real_usleep(microseconds);
  return sleep_for({microseconds / 1'000'000, microseconds % 1'000'000 * 1000l});
}

unsigned sleep(unsigned seconds) {
  if (!engine::inside()) return real_sleep(seconds);
  sleep_for({seconds, 0});
  return 0;
}

}  // extern "C"
