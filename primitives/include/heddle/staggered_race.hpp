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

template <typename T>
task<void> run_attempts(std::deque<race_attempt<T>>& attempts, first_value<T>& first,
                        std::chrono::steady_clock::duration delay, task_group& group) {
  for (std::size_t index = 0; index < attempts.size(); ++index) {
    group.spawn(run_attempt(attempts[index], first, index, group));
    auto failed = [](async_event& event) -> task<void> { co_await event.wait(); };
    if (index + 1 != attempts.size()) {
      co_await move_on_after(delay, failed(attempts[index].failed));
    }
  }
}

}  // namespace detail

/// Each element of `attempts` is called for a task<T>, when its time has come. `delay` is not
/// negative; RFC 8305 recommends 250 ms.
template <typename T>
task<winner<T>> staggered_race(std::vector<std::function<task<T>()>> attempts,
                               std::chrono::steady_clock::duration delay) {
  std::deque<detail::race_attempt<T>> started;
  for (auto& begin : attempts) started.emplace_back().begin = std::move(begin);
  detail::first_value<T> first;
  try {
    co_await with_task_group([&](task_group& group) -> task<void> {
      co_await detail::run_attempts(started, first, delay, group);
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

}  // namespace heddle
