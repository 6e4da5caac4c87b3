// Runs work inside of a scope of its own, and says how it ended instead of throwing. When the
// outcome is there, nothing of the work is left: its frame and its arguments are destroyed.
#pragma once

#include <heddle/cancel_scope.hpp>
#include <heddle/outcome.hpp>
#include <heddle/task.hpp>
#include <optional>
#include <utility>

namespace heddle::detail {

/// `scope` has not been entered. A cancellation that it absorbs and one from outside are both told
/// as `cancelled`; afterwards scope.caught() says which it was.
template <typename T>
task<outcome<T>> to_its_end(cancel_scope& scope, task<T> work) {
  std::optional<outcome<T>> end;
  try {
    if constexpr (std::is_void_v<T>) {
      const bool complete = co_await scope.run(std::move(work));
      if (complete) end.emplace(std::monostate{});
    } else {
      std::optional<T> value = co_await scope.run(std::move(work));
      if (value) end.emplace(*std::move(value));
    }
    if (!end) end.emplace(cancelled{});
  } catch (...) {
    end.emplace(std::current_exception());
  }
  co_return *std::move(end);
}

}  // namespace heddle::detail
