#include "model/driver/recorded_run.hpp"

#include <fmt/format.h>

#include <map>

#include "model/diagnose/deadlock.hpp"
#include "model/diagnose/trace.hpp"
#include "model/explore/follower.hpp"
#include "model/report/symbolizer.hpp"

namespace heddle {
namespace {

using diagnose::waiting_thread;
using runtime::engine;

/// The objects of a trace by the names that it shows: the one that the program has given, or its
/// own where the symbol table has one.
class shown_names {
 public:
  shown_names(std::vector<trace_event>& trace, const engine& e) {
    const auto symbols = report::make_symbolizer();
    for (trace_event& entry : trace) {
      if (entry.address == 0) continue;
      auto [at, fresh] = names_.try_emplace(entry.address, entry.object);
      const std::string* const given = e.given_name(entry.address);
      if (given != nullptr) {
        at->second = *given;
        entry.address = 0;  // no symbol is to replace the name
      } else if (fresh) {
        std::string name = symbols->name_object(entry.address);
        if (!name.empty()) at->second = std::move(name);
      }
      entry.object = at->second;
    }
  }
  std::string of(const runtime::object& o) const {
    const auto at = names_.find(o.address);
    if (at != names_.end()) return at->second;
    return fmt::format("the {} at {:#x}",
                       o.kind == runtime::object_kind::mutex ? "mutex" : "once flag", o.address);
  }

 private:
  std::map<std::uintptr_t, std::string> names_;
};

waiting_thread waiting_of(const engine& e, thread_id t, const shown_names& names) {
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
    w.object = names.of(o);
    w.address = o.address;
    w.holder = o.owner;
    if (o.owner != no_thread) w.taken_at = e.stack_of_place(o.place);
  }
  return w;
}

std::vector<waiting_thread> waiting_threads(const engine& e, const shown_names& names) {
  std::vector<waiting_thread> result;
  for (thread_id t = 0; t < e.threads_used(); ++t) {
    if (!e.thread(t).finished && e.thread(t).waits != nullptr) {
      result.push_back(waiting_of(e, t, names));
    }
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
    summary.state = e.thread(t).finished ? "finished" : waiting[t].empty() ? "running" : waiting[t];
    result.push_back(std::move(summary));
  }
  return result;
}

std::string place_of(const divergence& diverged) {
  return fmt::format(
      "thread {} at its operation {}",
      diverged.thread == 0 ? std::string("main") : fmt::format("T{}", diverged.thread),
      diverged.index + 1);
}

}  // namespace

recorded_run record_execution(engine& e, runtime::output_capture& output,
                              const decisions& execution, std::uint32_t max_steps) {
  recorded_run run;
  follower follow({execution.model, max_steps}, execution);
  e.record(true);
  follow.begin_execution();
  output.begin_execution(true);
  e.run(follow);
  const ending how = follow.end_execution();
  run.threads = e.threads_used();
  run.events = static_cast<std::uint32_t>(follow.graph().size());
  if (const auto& use = e.unsupported()) {
    run.complaint = use->sentence;
    run.complaint_stack = use->stack;
  } else if (how == ending::nondeterministic) {
    run.complaint = describe(follow.diverged());
    run.diverged = follow.diverged();
  } else if (e.failed() || (how == ending::deadlock && !e.ended_early())) {
    failing_execution& failing = run.execution.emplace();
    failing.trace = diagnose::trace_of(
        follow.graph(), [&e](thread_id t, std::uint32_t i) { return e.recorded(t, i); });
    const shown_names names(failing.trace, e);
    const auto waiting = waiting_threads(e, names);
    failing.what = e.failed() ? *e.failed() : diagnose::deadlock(waiting);
    if (!e.failed()) heddle_failure_here();
    failing.output = output.text();
    std::vector<std::string> words(e.threads_used());
    if (!e.failed()) {
      for (const waiting_thread& w : waiting) words[w.thread] = diagnose::words_for(w);
    }
    failing.threads = summaries(e, words);
    diagnose::explain_switches(failing.trace, words);
  }
  e.record(false);
  return run;
}

std::string describe(const divergence& diverged) {
  return fmt::format(
      "the program is not deterministic: repeating an execution, {} went on {}; something that "
      "heddle does not control (an address, a clock, a random number, memory that is never "
      "initialised) decides what it does",
      place_of(diverged), diverged.how);
}

std::string describe_misfit(const divergence& diverged) {
  return fmt::format(
      "the replay token does not fit this program: {} goes on {}; the token is another program's, "
      "the program has changed since (or its compiler, or heddle), or something that heddle does "
      "not control decides what it does",
      place_of(diverged), diverged.how);
}

}  // namespace heddle
