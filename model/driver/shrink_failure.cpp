#include "model/driver/shrink_failure.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "model/driver/recorded_run.hpp"
#include "model/explore/shrink.hpp"

namespace heddle {
namespace {

using runtime::engine;

/// By what two failures are told apart. Places are known where the execution was recorded.
struct failure_marks {
  failure_kind kind = failure_kind::assertion;
  std::string message;
  std::vector<call_stack> places;

  bool alike(const failure_marks& other, bool with_places) const {
    return kind == other.kind && message == other.message &&
           (!with_places || places == other.places);
  }
};

/// Who waits for what, with nobody to end it.
failure_marks marks_of_waiting(const engine& e) {
  failure_marks marks{failure_kind::deadlock, {}, {}};
  for (thread_id t = 0; t < e.threads_used(); ++t) {
    const runtime::model_thread& thread = e.thread(t);
    if (thread.finished || thread.waits == nullptr) continue;
    const bool joins = thread.awaited_thread != no_thread;
    marks.message += fmt::format(
        "{} {} {}, ", t, thread.waits,
        joins ? thread.awaited_thread : e.object_table()[thread.awaited_object].address);
    marks.places.push_back(e.stack_of_place(thread.waits_at));
  }
  return marks;
}

/// How the execution that has just ended failed, if it did and can be judged.
std::optional<failure_marks> marks_of(engine& e, graph_recorder& run) {
  const ending how = run.end_execution();
  // What has just been learnt makes it another execution the next time.
  if (e.learned() || e.unsupported() || e.stuck() || e.beyond_bounds()) return std::nullopt;
  if (const auto& failed = e.failed()) {
    failure_marks marks{failed->kind, failed->message, {failed->stack}};
    for (const note& fact : failed->notes) marks.places.push_back(fact.stack);
    return marks;
  }
  if (is_deadlock(e, how)) return marks_of_waiting(e);
  if (const auto lost = lost_wakeup_of(e, run, how)) {
    return failure_marks{
        failure_kind::deadlock, fmt::format("{} {}", lost->wait.thread, lost->wait.address), {}};
  }
  return std::nullopt;
}

std::optional<shrunk_execution> shrunk_failure(engine& e, runtime::output_capture& output,
                                               const decisions& failing,
                                               const session_options& options) {
  using clock = std::chrono::steady_clock;
  const double seconds = options.mode == search_mode::exhaustive ? 1 : 5;
  const auto end = clock::now() + std::chrono::duration<double>(seconds);
  shrink_budget budget;
  budget.is_over = [end] { return clock::now() > end || runtime::crash_guard::interrupted(); };
  std::optional<failure_marks> reference;
  const fails_alike fails = [&](graph_recorder& run, bool thorough) {
    e.record(thorough);
    output.begin_execution();
    e.run(run);
    std::optional<failure_marks> marks = marks_of(e, run);
    e.record(false);
    if (!marks) return false;
    if (!reference) reference = marks;
    return marks->alike(*reference, thorough);
  };
  return shrink({.model = failing.model, .max_steps = options.max_steps}, failing, fails, budget);
}

}  // namespace

void make_small(check_result& result, engine& e, runtime::output_capture& output,
                const decisions& failing, const session_options& options) {
  const auto small = shrunk_failure(e, output, failing, options);
  if (!small) return;
  failing_execution& shown = *result.failure;
  if (small->after != small->before) {
    recorded_run run = record_execution(e, output, small->execution, options.max_steps);
    if (!run.execution || run.execution->what.kind != shown.what.kind) return;
    run.execution->execution = shown.execution;
    run.execution->replay = token_of(small->execution, result.name);
    run.execution->needs_weak_memory = shown.needs_weak_memory;
    shown = std::move(*run.execution);
  }
  shown.shrunk = {small->before, small->executions, small->finished};
}

}  // namespace heddle
