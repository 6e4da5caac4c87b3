// Several tasks at once, and all of their results. All of these wait for all tasks on every path;
// none leaves one behind.
//
//   co_await when_all(a(), b())           a tuple of the values, in the order of the arguments
//   co_await when_all(vector_of_tasks)    a vector of the values, in order
//   co_await collect_all_settled(tasks)   a vector of outcomes, in order; errors disturb nobody
//   co_await as_completed(tasks, visit)   visit(index, outcome) in the order of completion
//
//   GTH-1  Order of the arguments. GTH-2  when_all: the first error cancels the others; all errors
//   come
//          out in one exception_group. GTH-3  collect_all_settled collects errors and
//          cancellations.
//   GTH-4  A cancellation from outside cancels all and comes out, also from collect_all_settled;
//   unless
//          all had completed: then the results are kept, and it comes at the next checkpoint.
//   GTH-5  A task that ends cancelled by itself cancels nobody; when_all then throws `cancelled`.
//   WAT-2  Each task is told of exactly once.
//   ASC-1  as_completed: leaving early cancels the rest and waits for it.
#pragma once

#include <cstddef>
#include <functional>
#include <heddle/channel.hpp>
#include <heddle/task_group.hpp>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace heddle {

namespace detail {

template <typename T>
using value_of = typename outcome<T>::value_type;

template <typename T>
task<void> store_value(std::optional<value_of<T>>& into, task<T> work) {
  if constexpr (std::is_void_v<T>) {
    co_await std::move(work);
    into.emplace();
  } else {
    into.emplace(co_await std::move(work));
  }
}

// A cancellation is stored, and goes on to the group, which knows whose it is.
template <typename T>
task<void> store_outcome(std::optional<outcome<T>>& into, task<T> work) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(work);
      into.emplace(std::monostate{});
    } else {
      into.emplace(co_await std::move(work));
    }
  } catch (const cancelled&) {
    into.emplace(cancelled{});
    throw;
  } catch (...) {
    into.emplace(std::current_exception());
  }
}

template <typename T>
using end_of = std::pair<std::size_t, outcome<T>>;

template <typename T>
task<void> tell_end(channel<end_of<T>>& ended, std::size_t index, task<T> work) {
  std::optional<outcome<T>> outcome;
  std::exception_ptr lost;
  try {
    co_await store_outcome(outcome, std::move(work));
  } catch (const cancelled&) {
    lost = std::current_exception();
  }
  end_of<T> told(index, *std::move(outcome));
  ended.try_send(told);
  if (lost) std::rethrow_exception(lost);
}

template <typename T>
value_of<T> stored(std::optional<value_of<T>>& value) {
  if (!value) throw cancelled{};
  return *std::move(value);
}

}  // namespace detail

template <typename... T>
task<std::tuple<detail::value_of<T>...>> when_all(task<T>... work) {
  std::tuple<std::optional<detail::value_of<T>>...> values;
  co_await with_task_group([&](task_group& group) -> task<void> {
    std::apply(
        [&](auto&... value) { (group.spawn(detail::store_value(value, std::move(work))), ...); },
        values);
    co_return;
  });
  co_return std::apply(
      [](auto&... value) {
        return std::tuple<detail::value_of<T>...>(detail::stored<T>(value)...);
      },
      values);
}

template <typename T>
task<std::vector<detail::value_of<T>>> when_all(std::vector<task<T>> work) {
  std::vector<std::optional<detail::value_of<T>>> values(work.size());
  co_await with_task_group([&](task_group& group) -> task<void> {
    for (std::size_t index = 0; index < work.size(); ++index) {
      group.spawn(detail::store_value(values[index], std::move(work[index])));
    }
    co_return;
  });
  std::vector<detail::value_of<T>> all;
  all.reserve(values.size());
  for (auto& value : values) all.push_back(detail::stored<T>(value));
  co_return all;
}

template <typename T>
task<std::vector<outcome<T>>> collect_all_settled(std::vector<task<T>> work) {
  std::vector<std::optional<outcome<T>>> outcomes(work.size());
  co_await with_task_group(
      [&](task_group& group) -> task<void> {
        for (std::size_t index = 0; index < work.size(); ++index) {
          group.spawn(detail::store_outcome(outcomes[index], std::move(work[index])));
        }
        co_return;
      },
      join_policy::all);
  std::vector<outcome<T>> all;
  all.reserve(outcomes.size());
  for (auto& end : outcomes) all.push_back(*std::move(end));
  co_return all;
}

/// `visit(index, outcome)` is a task<bool>: false leaves early.
template <typename T, typename Visit>
task<void> as_completed(std::vector<task<T>> work, Visit visit) {
  using end = detail::end_of<T>;
  channel<end> ended(work.size());  // there is room for all: to tell of an end never waits
  co_await with_task_group(
      [&](task_group& group) -> task<void> {
        for (std::size_t index = 0; index < work.size(); ++index) {
          group.spawn(detail::tell_end(ended, index, std::move(work[index])));
        }
        for (std::size_t count = 0; count < work.size(); ++count) {
          std::optional<end> next = co_await ended.receive();
          if (!co_await std::invoke(visit, next->first, std::move(next->second))) break;
        }
        group.cancel();
      },
      join_policy::all);
}

}  // namespace heddle
