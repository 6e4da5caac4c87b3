// What threads did to an object, operation by operation, for heddle::linearizable.
//
//   heddle::history<operation, result> history;
//   auto& producer = history.column("producer");         // before the threads begin
//   std::thread t([&] { producer.call(push(1), [&] { queue.push(1); }); });
//   …
//   t.join();                                            // and only then ask
//   heddle::require_linearizable(queue_specification(), history);
//
// A column belongs to one thread, or to one task, at a time. Recording orders nothing between
// threads, is no operation, and adds no execution. That is why columns are made before, and why
// whoever reads the history must be ordered after all that was recorded: heddle reports the data
// race if he is not.
//
// One operation a is ordered before another b if a's return happens before b's call in the
// execution (heddle/detail/moment.hpp); outside an exploration, if it was earlier.
#pragma once

#include <concepts>
#include <cstddef>
#include <deque>
#include <functional>
#include <heddle/detail/moment.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace heddle {

/// Not thread safe but for this: different columns may be used by different threads.
template <class Operation, class Result>
class history {
 public:
  /// Without a result it is pending: it has been called and has not returned, or has thrown. It may
  /// have taken effect or not.
  struct entry {
    Operation operation;
    detail::moment called{};
    detail::moment returned{};
    std::optional<Result> result{};
  };

  /// The operations of one thread or task.
  class line {
   public:
    explicit line(std::string name) : name_(std::move(name)) {}

    /// Records `operation`, which `perform` performs, and its result: what `perform` returns, or
    /// Result() if that is void. If it throws, so does this, and the operation is pending.
    template <std::invocable Perform>
    auto call(Operation operation, Perform&& perform) {
      using returned = std::invoke_result_t<Perform>;
      const std::size_t at = begin(std::move(operation));
      if constexpr (std::is_void_v<returned>) {
        std::invoke(std::forward<Perform>(perform));
        end(at, Result());
      } else {
        auto result = std::invoke(std::forward<Perform>(perform));
        end(at, Result(result));
        return result;
      }
    }

    /// The same in two steps. Operations of one line may overlap, as tasks do.
    std::size_t begin(Operation operation) {
      entries_.push_back({std::move(operation)});
      entries_.back().called = detail::moment::now();
      return entries_.size() - 1;
    }
    void end(std::size_t at, Result result) {
      entries_[at].returned = detail::moment::now();
      entries_[at].result.emplace(std::move(result));
    }

    const std::string& name() const { return name_; }
    const std::vector<entry>& entries() const { return entries_; }

   private:
    std::string name_;
    std::vector<entry> entries_;
  };

  /// A new column; the reference stays valid as long as the history.
  line& column(std::string name) { return lines_.emplace_back(std::move(name)); }
  const std::deque<line>& columns() const { return lines_; }

 private:
  std::deque<line> lines_;
};

}  // namespace heddle
