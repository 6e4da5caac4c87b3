#include "model/driver/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/driver/recorded_run.hpp"
#include "model/driver/weak_memory.hpp"

namespace heddle {

/// Whether nobody can say if the execution is right.
bool judge::is_undecided(ending how) const {
  return engine_.unsupported() || engine_.stuck() ||
         (how == ending::nondeterministic && !engine_.failed());
}

bool judge::is_wrong(const graph_recorder& search, ending how) const {
  if (engine_.beyond_bounds()) return false;
  if (engine_.failed()) return true;
  if (how == ending::complete) return lost_wakeup_of(engine_, search, how).has_value();
  return how == ending::deadlock && is_deadlock(engine_, how);
}

bool judge::look_at(const graph_recorder& search, ending how) {
  const auto events = static_cast<std::uint32_t>(search.graph().size());
  result_.max_events = std::max(result_.max_events, events);
  if (engine_.threads_used() > result_.threads) result_.threads = engine_.threads_used();
  const bool undecided = is_undecided(how);
  const bool wrong = !undecided && is_wrong(search, how);
  if (found_ && (undecided || (wrong && !options_.keep_going))) {
    found_(finding::conclusion, search, how);
    return false;
  }
  if (undecided) {
    explain(search);
    return false;
  }
  count(how);
  if (found_ && how == ending::cut && cut == 1) found_(finding::first_cut, search, how);
  if (!found_ && how == ending::cut && !knows_cut_loop()) note_cut();
  if (!wrong) return true;
  ++result_.failures;
  if (!found_ && !tell_failure(search)) return false;
  if (found_ && !std::exchange(has_found_failure_, true)) {
    found_(finding::first_failure, search, how);
  }
  return options_.keep_going;
}

/// Why nobody can say if the execution is right.
void judge::explain(const graph_recorder& search) {
  if (const auto& use = engine_.unsupported()) return error(use->sentence, use->stack);
  if (const auto& stuck = engine_.stuck()) {
    bounded(
        fmt::format("a thread ran for {} seconds without any visible operation; heddle "
                    "cannot explore a loop that nothing outside can end",
                    runtime::engine_options{}.patience_seconds));
    result_.reason_stack = *stuck;
    return;
  }
  // After a race what a plain read sees is nobody's promise: that failure stands.
  if (result_.failures == 0) error(describe(search.diverged()), {});
}

void judge::count(ending how) {
  if (engine_.beyond_bounds()) {
    ++result_.blocked;
    return;
  }
  if (engine_.failed()) {
    ++result_.executions;  // one that was seen, whatever its other threads then waited for
    return;
  }
  switch (how) {
    case ending::complete:
    case ending::abandoned:
    case ending::nondeterministic:
      ++result_.executions;
      break;
    case ending::blocked:
    case ending::deadlock:
      ++result_.blocked;
      break;
    case ending::cut:
      ++cut;
      break;
    case ending::unfinished:
      ++unfinished;
      break;
  }
}

void judge::note_cut() { loop_ = loop_of_cut(engine_); }

bool judge::tell_failure(const graph_recorder& search) {
  if (result_.failure) return true;
  const std::uint64_t number = result_.executions + result_.blocked;
  const decisions& execution = failing_ = linearise(search.graph(), options_.model);
  const bool sequential = is_sequentially_consistent(search.graph());
  const std::string message =
      engine_.failed() ? engine_.failed()->message : "threads that wait for ever";
  recorded_run run = record_execution(engine_, output_, execution, options_.max_steps);
  if (!run.complaint.empty() || !run.execution) {
    error(run.complaint.empty()
              ? "a failure (" + message +
                    ") did not happen again when its execution was repeated: the program "
                    "depends on something that heddle does not control"
              : run.complaint,
          run.complaint_stack);
    return false;
  }
  result_.failure = std::move(run.execution);
  result_.failure->execution = number;
  result_.failure->replay = token_of(execution, result_.name);
  result_.failure->needs_weak_memory =
      sequential || options_.model == memory_model::sc
          ? weak_memory_need::no
          : needs_weak_memory(engine_, output_, result_.failure->what.kind, options_.max_steps);
  result_.verdict = verdict::failed;
  return true;
}

void judge::all_seen() {
  if (result_.failures > 0) {
    result_.verdict = verdict::failed;
  } else if (cut > 0) {
    bounded(cut_short());
  } else if (unfinished > 0) {
    bounded(
        fmt::format("{} execution{} left where threads had given way to each other, and tried "
                    "again, more often than is followed",
                    unfinished, unfinished == 1 ? " was" : "s were"));
  } else {
    result_.verdict = verdict::verified;
  }
}

std::string judge::cut_short() {
  if (cut == 0) return {};
  result_.reason_stack = loop_.stack;
  return fmt::format("{} execution{} had more than {} events (--max-steps) and {} cut short{}{}",
                     cut, cut == 1 ? "" : "s", options_.max_steps, cut == 1 ? "was" : "were",
                     loop_.sentence.empty() ? "" : "; ", loop_.sentence);
}

void judge::bounded(std::string reason) {
  result_.verdict = result_.failures > 0 ? verdict::failed : verdict::bounded;
  result_.reason = std::move(reason);
}

void judge::error(std::string sentence, call_stack stack) {
  result_.verdict = verdict::error;
  result_.reason = std::move(sentence);
  result_.reason_stack = std::move(stack);
  result_.failure.reset();
}

void judge::reset() {
  result_.executions = result_.blocked = result_.failures = 0;
  result_.reason.clear();
  result_.failure.reset();
  cut = unfinished = 0;
  loop_ = {};
}

void judge::find_for(finder found) {
  reset();
  result_.max_events = result_.threads = 0;
  found_ = std::move(found);
  has_found_failure_ = false;
}

}  // namespace heddle
