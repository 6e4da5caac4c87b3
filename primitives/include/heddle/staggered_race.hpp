// Attempts that start one after the other, each when the one before has failed or has taken too
// long; the first success wins. The core of Happy Eyeballs (RFC 8305, section 5).
//
//   HE-1   Attempt 0 starts at once; attempt i+1 when attempt i fails or after the delay.
//   HE-2   At most one result. HE-3  Every other one is destroyed, also where two succeed at the
//   same
//          moment, or the race is cancelled at that moment: results are owning handles.
//   HE-4   All attempts have ended when it returns.
//   HE-5   If all fail: an exception_group with all errors, in the order of the attempts.
//   HE-6   A cancellation from outside cancels all attempts and comes out, unless there is a
//   winner. HE-7   An error that is a bug (std::logic_error, or no std::exception at all) ends the
//   race.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <heddle/async_event.hpp>
#include <heddle/timeouts.hpp>
#include <heddle/when_any.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

namespace heddle {

namespace detail {

template <typename T>
struct race_attempt {
  std::function<task<T>()> begin;
  async_event failed;
  std::exception_ptr error;
};

template <typename T>
task<void> run_attempt(race_attempt<T>& attempt, first_value<T>& first, std::size_t index,
                       task_group& group) {
  try {
    co_await offer_value(first, index, attempt.begin());
    group.cancel();
  } catch (const std::logic_error&) {
    throw;
  } catch (const std::exception&) {
    attempt.error = std::current_exception();
    attempt.failed.set();
  }
}

// `source` says what is tried next; see staggered_race_from.
template <typename T, typename Source>
task<void> run_attempts(Source& source, std::deque<race_attempt<T>>& attempts,
                        first_value<T>& first, std::chrono::steady_clock::duration delay,
                        task_group& group) {
  while (!source.exhausted()) {
    std::function<task<T>()> begin = co_await source.next();
    if (!begin) break;
    const std::size_t index = attempts.size();
    race_attempt<T>& attempt = attempts.emplace_back();
    attempt.begin = std::move(begin);
    group.spawn(run_attempt(attempt, first, index, group));
    auto failed = [](async_event& event) -> task<void> { co_await event.wait(); };
    if (!source.exhausted()) co_await move_on_after(delay, failed(attempt.failed));
  }
}

template <typename T>
class listed_attempts {
 public:
  explicit listed_attempts(std::vector<std::function<task<T>()>> all) noexcept
      : all_(std::move(all)) {}
  bool exhausted() const noexcept { return next_ == all_.size(); }
  task<std::function<task<T>()>> next() { co_return std::move(all_[next_++]); }

 private:
  std::vector<std::function<task<T>()>> all_;
  std::size_t next_ = 0;
};

}  // namespace detail

/// The attempts come from `source`: `co_await source.next()` is the next std::function<task<T>()>,
/// which may have to be waited for, or an empty one if there is none; `source.exhausted()` is true
/// as soon as it is known that there will be none. Both are called by one task. At least one
/// attempt.
template <typename T, typename Source>
task<winner<T>> staggered_race_from(Source& source, std::chrono::steady_clock::duration delay) {
  std::deque<detail::race_attempt<T>> started;
  detail::first_value<T> first;
  try {
    co_await with_task_group([&](task_group& group) -> task<void> {
      co_await detail::run_attempts(source, started, first, delay, group);
    });
  } catch (const cancelled&) {
    if (!first.decided()) throw;
  }
  if (first.decided()) co_return first.take();
  std::vector<std::exception_ptr> errors;
  for (auto& attempt : started) {
    if (attempt.error) errors.push_back(attempt.error);
  }
  if (errors.empty()) throw cancelled{};  // all have ended cancelled, each by itself
  throw exception_group("all attempts have failed", std::move(errors));
}

/// Each element of `attempts` is called for a task<T>, when its time has come. `delay` is not
/// negative; RFC 8305 recommends 250 ms.
template <typename T>
task<winner<T>> staggered_race(std::vector<std::function<task<T>()>> attempts,
                               std::chrono::steady_clock::duration delay) {
  detail::listed_attempts<T> source(std::move(attempts));
  co_return co_await staggered_race_from<T>(source, delay);
}

}  // namespace heddle
