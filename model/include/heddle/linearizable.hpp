// Is there one order of all operations, one after the other, that explains what threads have seen?
//
//   struct counter {                                       // the specification, and its state
//     int value = 0;
//     int apply(increment) { return ++value; }
//     bool operator==(const counter&) const = default;
//   };
//   heddle::require_linearizable(counter(), history);      // history.hpp: how it is recorded
//
// A specification is a copyable and comparable value with
//   result apply(const operation&)                changes the state and returns the result, or
//   std::optional<result> apply(const operation&)  nothing: the operation waits in this state, or
//   void apply(const operation&)                  the result is result()
// where `operation` and `result` are those of the history. If there is a std::hash for it, it is
// used. For reports, operations and results are numbers, strings, optional values, or have a
// function `std::string describe(const X&)`.
//
// The order keeps what happens before: an operation that returns before another is called comes
// first. "Before" is the execution's happens-before, since no clock is part of a C++ program: where
// nothing orders two operations no program can tell which was first. An object may so be
// linearizable where a wall clock, in one schedule, would say that it is not.
//
// Outside an exploration (real threads) the one history that happened is judged, by time stamps:
// that proves nothing of others, and demands more than happens-before.
#pragma once

#include <concepts>
#include <cstdio>
#include <heddle/check.hpp>
#include <heddle/detail/history_text.hpp>
#include <heddle/detail/linearizer.hpp>
#include <heddle/history.hpp>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

namespace heddle {

template <class Spec, class Operation, class Result>
concept sequential_specification =
    std::copyable<Spec> && std::equality_comparable<Spec> && std::equality_comparable<Result> &&
    requires(Spec state, const Operation& operation) {
      requires std::convertible_to<decltype(state.apply(operation)), std::optional<Result>> ||
                   std::is_void_v<decltype(state.apply(operation))>;
    };

/// What became of a history. True if it is linearizable.
struct linearizability {
  bool holds = false;
  std::string message;  // one line: why not
  std::string columns;  // the history and the place where every order breaks
  explicit operator bool() const { return holds; }
};

/// Whether some order of the history's operations, each at once, gives the results that were
/// recorded, beginning with `initial`, and keeps what happens before. Pending operations (without
/// result) take effect anywhere after their call, or never. The caller must be ordered after all
/// that was recorded. A history of which one part was recorded in an exploration and another
/// outside is a failed assertion. No operations; worst case 2^n sets of n operations, see
/// detail/linearizer.hpp for source and cost.
template <class Spec, class Operation, class Result>
  requires sequential_specification<Spec, Operation, Result>
linearizability linearizable(const Spec& initial, const history<Operation, Result>& recorded) {
  unsigned inside = 0, outside = 0;
  for (const auto& line : recorded.columns()) {
    for (const auto& entry : line.entries()) ++(entry.called.explored() ? inside : outside);
  }
  require(inside == 0 || outside == 0,
          "a history is recorded in one exploration, or outside: not partly here and partly there");
  detail::linearizer<Spec, Operation, Result> searched(initial, recorded);
  if (searched.search()) return {true, {}, {}};
  const detail::history_text<Spec, Operation, Result> told(searched, recorded);
  return {false, told.message(), told.columns()};
}

/// The same as something that must hold: else it prints the columns to stderr (a report shows them
/// as the output of the execution) and fails as heddle::require does.
template <class Spec, class Operation, class Result>
  requires sequential_specification<Spec, Operation, Result>
void require_linearizable(const Spec& initial, const history<Operation, Result>& recorded,
                          std::source_location where = std::source_location::current()) {
  const linearizability found = linearizable(initial, recorded);
  if (found) return;
  std::fputs(found.columns.c_str(), stderr);
  require(false, found.message.c_str(), where);
}

}  // namespace heddle
