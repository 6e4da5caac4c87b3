#include "model/runtime/deadlines.hpp"

#include <limits>

namespace heddle::runtime {
namespace {

using nanoseconds = virtual_time::nanoseconds;
constexpr nanoseconds second = 1'000'000'000;

/// What the clock shows when an execution begins. Nobody can tell a machine that has run for a
/// while, in November 2023.
std::optional<nanoseconds> beginning_of(clockid_t clock) {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
      return 1'700'000'000 * second;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
      return 100'000 * second;
    case CLOCK_PROCESS_CPUTIME_ID:
    case CLOCK_THREAD_CPUTIME_ID:
      return second;
    default:
      return std::nullopt;
  }
}

bool is_valid(const timespec& t) { return t.tv_nsec >= 0 && t.tv_nsec < second; }

/// Nanoseconds from `beginning` to `t`, or the end of all time.
nanoseconds since(nanoseconds beginning, const timespec& t) {
  nanoseconds all = 0;
  if (__builtin_mul_overflow(static_cast<nanoseconds>(t.tv_sec), second, &all) ||
      __builtin_add_overflow(all, t.tv_nsec - beginning, &all)) {
    return t.tv_sec < 0 ? 0 : std::numeric_limits<nanoseconds>::max();
  }
  return all;
}

nanoseconds now(engine& e) { return e.time().now(e.running(), e.view().happens_before); }

deadline as_deadline(engine& e, nanoseconds when) {
  return {when, when - now(e) > virtual_time::for_ever};
}

}  // namespace

std::optional<deadline> deadline_at(engine& e, clockid_t clock, const timespec& when) {
  const auto beginning = beginning_of(clock);
  if (!beginning || !is_valid(when)) return std::nullopt;
  return as_deadline(e, since(*beginning, when));
}

std::optional<deadline> deadline_after(engine& e, const timespec& duration) {
  if (!is_valid(duration) || duration.tv_sec < 0) return std::nullopt;
  const nanoseconds start = now(e);
  const nanoseconds length = since(0, duration);
  if (length > virtual_time::for_ever) return deadline{start, true};
  return deadline{start + length, false};
}

void reached(engine& e, const deadline& when) {
  e.time().advance(e.running(), e.view().clock, when.when);
}

std::optional<timespec> read_clock(engine& e, clockid_t clock) {
  const auto beginning = beginning_of(clock);
  if (!beginning) return std::nullopt;
  const nanoseconds shown = now(e) + virtual_time::reading(e.self().clock_reads++);
  e.time().advance(e.running(), e.view().clock, shown);
  e.effect();  // a loop that watches the clock sees it move
  const nanoseconds all = *beginning + shown;
  return timespec{all / second, all % second};
}

}  // namespace heddle::runtime
