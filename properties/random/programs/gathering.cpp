// Random programs over what waits for several tasks: all of them, all whatever they bring, the
// first, and one after the other. Each thread of the program is one task; any of them may cancel
// the whole from outside.
#include <heddle/exception_group.hpp>
#include <heddle/staggered_race.hpp>
#include <heddle/when_all.hpp>
#include <heddle/when_any.hpp>

#include "properties/random/programs/as_tasks.hpp"
#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

enum act { turn, fail_now, sleep, leave, cancel_all };
const std::vector<operation> acts = {{"turn"}, {"throw"}, {"sleep", 3}, {"leave"}, {"cancel_all"}};

struct gathered {
  explicit gathered(std::size_t tasks) : begun(tasks), failed(tasks) {}

  cancel_scope scope;
  std::size_t running = 0;
  std::size_t errors = 0;           // thrown by tasks
  std::size_t left = 0;             // tasks that were cancelled by themselves
  std::size_t lost = 0;             // tasks that were cancelled by others
  std::vector<std::size_t> values;  // of tasks that have one, in time
  std::vector<steady::time_point> begun, failed;
  enum { nothing, all_values, some_errors, a_cancellation } came = nothing;

  bool undisturbed() const { return errors + left == 0 && !scope.cancel_called(); }

  /// A task, whose value is its index.
  task<std::size_t> one(std::size_t index, const std::vector<step>& steps) {
    const presence here(running);
    begun[index] = steady::now();
    for (const step& s : steps) {
      if (s.what == cancel_all) scope.cancel();
      if (s.what == leave) {
        ++left;
        throw cancelled();
      }
      if (s.what == fail_now) {
        ++errors;
        failed[index] = steady::now();
        throw failure();
      }
      if (s.what != turn && s.what != sleep) continue;
      ++lost;
      if (s.what == turn) co_await checkpoint();
      if (s.what == sleep) co_await heddle::sleep_for(s.value * 100ms);
      --lost;
    }
    values.push_back(index);
    co_return index;
  }
  std::vector<task<std::size_t>> each(const program& which) {
    std::vector<task<std::size_t>> tasks;
    for (std::size_t i = 0; i < which.size(); ++i) tasks.push_back(one(i, which[i]));
    return tasks;
  }
};

/// Runs `work(all)`, which throws what comes out, or checks the value.
template <class Work>
void gather(gathered& all, Work work) {
  in_every_order(within(all.scope, [](gathered& all, Work& work) -> task<> {
    try {
      co_await work(all);
      all.came = gathered::all_values;
    } catch (const heddle::exception_group& group) {
      all.came = gathered::some_errors;
      require(group.errors().size() == all.errors, "every error comes out");
    } catch (const cancelled&) {
      all.came = gathered::a_cancellation;
      require(all.scope.cancel_called() || all.left != 0, "somebody has cancelled");
    }
  }(all, work)));
  require(all.running == 0, "every task has ended");
  require(all.came == gathered::all_values || !all.undisturbed(), "there is a value");
}

void use_when_all(const program& which) {
  gathered all(which.size());
  gather(all, [&which](gathered& all) -> task<> {
    const std::vector<std::size_t> values = co_await heddle::when_all(all.each(which));
    require(values.size() == which.size(), "a value of each");
    for (std::size_t i = 0; i < values.size(); ++i) {
      require(values[i] == i, "in the order of the arguments");
    }
  });
}

void use_settled(const program& which) {
  gathered all(which.size());
  gather(all, [&which](gathered& all) -> task<> {
    const auto outcomes = co_await heddle::collect_all_settled(all.each(which));
    require(outcomes.size() == which.size(), "an outcome of each");
    require(all.lost == 0, "a cancellation from outside is not collected");
  });
  require(all.came != gathered::some_errors, "errors are collected");
}

void use_when_any(const program& which) {
  if (which.empty()) return;
  gathered all(which.size());
  gather(all, [&which](gathered& all) -> task<> {
    const auto first = co_await heddle::when_any(all.each(which));
    require(first.index == all.values.front() && first.value == first.index, "the first");
  });
}

/// A next attempt begins when the one before has failed, or after a quarter of a second.
void use_staggered_race(const program& which) {
  if (which.empty()) return;
  constexpr auto delay = 250ms, at_once = 50ms;
  gathered all(which.size());
  gather(all, [&](gathered& all) -> task<> {
    std::vector<std::function<task<std::size_t>()>> attempts;
    for (std::size_t i = 0; i < which.size(); ++i) {
      attempts.push_back([&all, &which, i] { return all.one(i, which[i]); });
    }
    const auto first = co_await heddle::staggered_race<std::size_t>(std::move(attempts), delay);
    require(first.index == all.values.front() && first.value == first.index, "the first");
  });
  for (std::size_t i = 1; i < which.size(); ++i) {
    if (all.begun[i] == steady::time_point()) continue;
    const bool has_failed = all.failed[i - 1] != steady::time_point();
    const auto due = has_failed ? std::min(all.failed[i - 1], all.begun[i - 1] + delay)
                                : all.begun[i - 1] + delay;
    require(all.begun[i] < due + at_once, "not later than the failure before, or the delay");
    require(all.begun[i] + at_once > due, "and not sooner");
  }
}

}  // namespace

std::vector<subject> gathering() {
  const std::vector<operation> attempts(acts.begin(), acts.begin() + 3);
  return {
      {"settled", acts, 3, 3, use_settled},
      {"staggered_race", attempts, 3, 2, use_staggered_race},
      {"when_all", acts, 3, 3, use_when_all},
      {"when_any", acts, 3, 3, use_when_any},
  };
}

}  // namespace programs
