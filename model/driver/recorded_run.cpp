#include "model/driver/recorded_run.hpp"

#include <fmt/format.h>

#include "model/diagnose/deadlock.hpp"
#include "model/diagnose/trace.hpp"
#include "model/explore/follower.hpp"

namespace heddle {
namespace {

using diagnose::waiting_thread;
using runtime::engine;

std::string object_name(const runtime::object& o) {
  const char* kind = o.kind == runtime::object_kind::mutex  ? "the mutex"
                     : o.kind == runtime::object_kind::once ? "the once flag"
                                                            : "the atomic object";
  return fmt::format("{} at {:#x}", kind, o.address);
}

waiting_thread waiting_of(const engine& e, thread_id t) {
  const runtime::model_thread& thread = e.thread(t);
  waiting_thread w;
  w.thread = t;
  w.waits_at = e.stack_of_place(thread.waits_at);
  const std::string_view waits = thread.waits == nullptr ? "" : thread.waits;
  if (waits == "join") {
    w.waits_for = waiting_thread::what::join;
    w.holder = thread.awaited_thread;
  } else if (waits == "lock" || waits == "once") {
    w.waits_for = waits == "lock" ? waiting_thread::what::mutex : waiting_thread::what::once;
    const runtime::object& o = e.object_table()[thread.awaited_object];
    w.object = object_name(o);
    w.address = o.address;
    w.holder = o.owner;
    if (o.owner != no_thread) w.taken_at = e.stack_of_place(o.place);
  }
  return w;
}

std::vector<waiting_thread> waiting_threads(const engine& e) {
  std::vector<waiting_thread> result;
  for (thread_id t = 0; t < e.threads_used(); ++t) {
    if (!e.thread(t).finished && e.thread(t).waits != nullptr) result.push_back(waiting_of(e, t));
  }
  return result;
}

std::vector<thread_summary> summaries(const engine& e, const std::vector<std::string>& waiting) {
  std::vector<thread_summary> result;
  for (thread_id t = 0; t < e.threads_used(); ++t) {
    thread_summary summary;
    summary.id = t;
    summary.name = e.name_of_thread(t);
    summary.created_at = e.stack_of_place(e.thread(t).created_at);
    summary.state = e.thread(t).finished ? "finished"
                    : waiting[t].empty() ? "running"
                                         : waiting[t];
    result.push_back(std::move(summary));
  }
  return result;
}

}  // namespace

recorded_run record_execution(engine& e, const decisions& execution, std::uint32_t max_steps) {
  recorded_run run;
  follower follow({execution.model, max_steps}, execution);
  e.record(true);
  follow.begin_execution();
  e.run(follow);
  const ending how = follow.end_execution();
  run.threads = e.threads_used();
  run.events = static_cast<std::uint32_t>(follow.graph().size());
  if (const auto& use = e.unsupported()) {
    run.complaint = use->sentence;
    run.complaint_stack = use->stack;
  } else if (how == ending::nondeterministic) {
    run.complaint = describe(follow.diverged());
  } else if (e.failed() || (how == ending::deadlock && !e.ended_early())) {
    const auto waiting = waiting_threads(e);
    failing_execution& failing = run.execution.emplace();
    failing.what = e.failed() ? *e.failed() : diagnose::deadlock(waiting);
    if (!e.failed()) heddle_failure_here();
    std::vector<std::string> words(e.threads_used());
    if (!e.failed()) {
      for (const waiting_thread& w : waiting) words[w.thread] = diagnose::words_for(w);
    }
    failing.threads = summaries(e, words);
    failing.trace = diagnose::trace_of(
        follow.graph(), [&e](thread_id t, std::uint32_t index) -> const recorded_event* {
          const auto& recorded = e.recorded(t);
          return index < recorded.size() ? &recorded[index] : nullptr;
        });
    diagnose::explain_switches(failing.trace, words);
  }
  e.record(false);
  return run;
}

std::string describe(const divergence& diverged) {
  return fmt::format(
      "the program is not deterministic: repeating an execution, thread {} at its operation {} went "
      "on {}; something that heddle does not control (an address, a clock, a random number, "
      "memory that is never initialised) decides what it does",
      diverged.thread == 0 ? std::string("main") : fmt::format("T{}", diverged.thread),
      diverged.index + 1, diverged.how);
}

}  // namespace heddle
