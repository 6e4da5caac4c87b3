// Deadlines for one piece of work, each a cancel_scope with a deadline.
//
//   co_await move_on_after(d, work)   its value; nothing (false, for void) if the time was over
//   co_await fail_after(d, work)      its value; throws timed_out if the time was over
//   co_await with_timeout(d, work)    the same as fail_after: the name that asyncio's users look
//   for
//
//   TMO-1  Exactly one thing comes out: the value, the error, timed_out, or cancelled (from
//   outside). TMO-2  When it comes out, the work has ended. TMO-3  After a time-out: the time is
//   the limit plus that of the work's cleanup. TMO-4  A cancellation from outside is not lost:
//   where the work ends at the same moment, its value
//          is kept and the cancellation comes at the next checkpoint.
//   TMO-5  Work that completes in spite of its time-out keeps its value.
//   TMO-6  Of nested limits, only the one that is over turns a cancellation into its own result.
//   TMO-7  They work inside of cleanup that is itself cancelled, if it is shielded.
//   TMO-8  A limit that is already over cancels at the first checkpoint.
//   TMO-9  A shield in the work delays the time-out.
#pragma once

#include <chrono>
#include <heddle/cancel_scope.hpp>
#include <optional>
#include <stdexcept>

namespace heddle {

/// Thrown when the time for some work is over and the work has ended because of that.
class timed_out : public std::runtime_error {
 public:
  timed_out() : std::runtime_error("the time is over") {}
};

/// Runs `work` until it ends or the time `when` has come. See above.
template <typename T>
auto move_on_at(std::chrono::steady_clock::time_point when, task<T> work)
    -> task<std::conditional_t<std::is_void_v<T>, bool, std::optional<T>>> {
  cancel_scope scope(when);
  co_return co_await scope.run(std::move(work));
}

template <typename T>
task<T> fail_at(std::chrono::steady_clock::time_point when, task<T> work) {
  auto result = co_await move_on_at(when, std::move(work));
  if (!result) throw timed_out();
  if constexpr (!std::is_void_v<T>) co_return *std::move(result);
}

/// The limit counts from the moment at which the task begins.
template <typename Representation, typename Period, typename T>
auto move_on_after(std::chrono::duration<Representation, Period> limit, task<T> work)
    -> task<std::conditional_t<std::is_void_v<T>, bool, std::optional<T>>> {
  co_return co_await move_on_at(std::chrono::steady_clock::now() + limit, std::move(work));
}

template <typename Representation, typename Period, typename T>
task<T> fail_after(std::chrono::duration<Representation, Period> limit, task<T> work) {
  co_return co_await fail_at(std::chrono::steady_clock::now() + limit, std::move(work));
}

template <typename Representation, typename Period, typename T>
task<T> with_timeout(std::chrono::duration<Representation, Period> limit, task<T> work) {
  return fail_after(limit, std::move(work));
}

}  // namespace heddle
