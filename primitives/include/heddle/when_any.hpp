// The first of several tasks to have a value.
//
//   CUR (wait=any)  The first value wins; the others are cancelled and waited for, and what they
//   still
//          bring is destroyed. Errors count only if nobody has a value: then all of them come out
//          in one exception_group.
//   WAT-2, ASC-1  No task is left behind.
//   TMO-5  A value that has won is kept, also where a cancellation from outside comes at the same
//   time
//          (it is met at the next checkpoint).
#pragma once

#include <cstddef>
#include <heddle/task_group.hpp>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace heddle {

/// Who has won a race, and with what.
template <typename T>
struct winner {
  std::size_t index;
  typename outcome<T>::value_type value;
};

namespace detail {

/// Takes the first value, and destroys all others.
template <typename T>
class first_value {
 public:
  /// True if this value is the first.
  bool offer(std::size_t index, typename outcome<T>::value_type value) {
    std::lock_guard guard(mutex_);
    if (taken_) return false;
    taken_.emplace(winner<T>{index, std::move(value)});
    return true;
  }
  bool decided() const {
    std::lock_guard guard(mutex_);
    return taken_.has_value();
  }
  winner<T> take() {
    std::lock_guard guard(mutex_);
    return *std::move(taken_);
  }

 private:
  mutable std::mutex mutex_;
  std::optional<winner<T>> taken_;  // guarded by mutex_
};

template <typename T>
task<void> offer_value(first_value<T>& first, std::size_t index, task<T> work) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(work);
    first.offer(index, {});
  } else {
    first.offer(index, co_await std::move(work));
  }
}

}  // namespace detail

/// `work` is not empty.
template <typename T>
task<winner<T>> when_any(std::vector<task<T>> work) {
  detail::first_value<T> first;
  try {
    co_await with_task_group(
        [&](task_group& group) -> task<void> {
          for (std::size_t index = 0; index < work.size(); ++index) {
            group.spawn(detail::offer_value(first, index, std::move(work[index])));
          }
          co_return;
        },
        join_policy::any);
  } catch (...) {
    if (!first.decided()) throw;
  }
  if (!first.decided()) throw cancelled{};  // all have ended cancelled, each by itself
  co_return first.take();
}

}  // namespace heddle
