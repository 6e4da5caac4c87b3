#include "model/driver/recorded_run.hpp"

#include <fmt/format.h>

#include <map>

#include "model/diagnose/deadlock.hpp"
#include "model/diagnose/lost_wakeup.hpp"
#include "model/diagnose/trace.hpp"
#include "model/explore/follower.hpp"
#include "model/explore/plan.hpp"
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
    const std::string name = of(o.address);
    return name.empty() ? fmt::format("{} at {:#x}", runtime::words_for(o.kind), o.address) : name;
  }
  std::string of(std::uintptr_t address) const {
    const auto at = names_.find(address);
    if (at == names_.end()) return {};
    // The version that libstdc++ waits on in place of an object that the kernel cannot wait on.
    const bool stand_in = at->second.find("__waiter_pool_base") != std::string::npos;
    return stand_in ? "an atomic object" : at->second;
  }

 private:
  std::map<std::uintptr_t, std::string> names_;
};

/// What a thread waits for that waits for an object; the word is model_thread::waits.
std::optional<waiting_thread::what> kind_of_wait(std::string_view waits) {
  using what = waiting_thread::what;
  constexpr std::pair<std::string_view, what> kinds[] = {
      {"lock", what::mutex},          {"once", what::once},
      {"condition", what::condition}, {"semaphore", what::semaphore},
      {"barrier", what::barrier},     {"shared lock", what::shared_lock},
      {"futex", what::change}};
  for (const auto& [word, kind] : kinds) {
    if (waits == word) return kind;
  }
  return std::nullopt;
}

/// Who shares a lock that nobody holds alone: one of them.
void name_a_sharer(const engine& e, std::uint32_t object, waiting_thread& w) {
  for (thread_id t = 0; t < e.threads_used(); ++t) {
    for (const runtime::held_mutex& held : e.thread(t).held) {
      if (held.object != object || t == w.thread) continue;
      w.holder = t;
      w.taken_at = e.stack_of_place(held.place);
      return;
    }
  }
}

waiting_thread waiting_of(const engine& e, thread_id t, const shown_names& names) {
  const runtime::model_thread& thread = e.thread(t);
  waiting_thread w;
  w.thread = t;
  w.waits_at = e.stack_of_place(thread.waits_at);
  const std::string_view waits = thread.waits == nullptr ? "" : thread.waits;
  if (waits == "join") {
    w.waits_for = waiting_thread::what::join;
    w.holder = thread.awaited_thread;
  } else if (const auto kind = kind_of_wait(waits)) {
    w.waits_for = *kind;
    const runtime::object& o = e.object_table()[thread.awaited_object];
    w.object = names.of(o);
    w.address = o.address;
    w.holder = o.owner;
    if (o.owner != no_thread) w.taken_at = e.stack_of_place(o.place);
    if (w.waits_for == waiting_thread::what::shared_lock && o.owner == no_thread) {
      name_a_sharer(e, thread.awaited_object, w);
    }
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

failure lost_wakeup_failure_of(const engine& e, const execution_graph& graph,
                               const diagnose::lost_wakeup& lost, const shown_names& names) {
  const std::string name = names.of(lost.wait.address);
  return diagnose::lost_wakeup_failure(
      lost, graph, name.empty() ? "an atomic object" : name,
      [&e](std::uintptr_t place) { return e.stack_of_place(place); },
      [&e](thread_id t, std::uint32_t index) { return e.recorded(t, index).stack; });
}

std::vector<thread_summary> summaries(const engine& e, const std::vector<std::string>& waiting) {
  std::vector<thread_summary> result;
  for (thread_id t = 0; t < e.threads_used(); ++t) {
    thread_summary summary;
    summary.id = t;
    summary.name = thread_name(t);
    summary.created_at = e.stack_of_place(e.thread(t).created_at);
    summary.state = e.thread(t).finished ? "finished" : waiting[t].empty() ? "running" : waiting[t];
    result.push_back(std::move(summary));
  }
  return result;
}

std::vector<diagnose::trace_line> lines_of(const engine& e) {
  std::vector<diagnose::trace_line> lines;
  for (thread_id t = 0; t < e.threads_used(); ++t) {
    for (const log_line& line : e.thread(t).log) lines.push_back({t, line});
  }
  return lines;
}

std::string place_of(const divergence& diverged) {
  return fmt::format("thread {} at its operation {}", thread_name(diverged.thread),
                     diverged.index + 1);
}

}  // namespace

bool is_deadlock(const engine& e, ending how) {
  return how == ending::deadlock && !e.ended_early() && !e.adds_nothing();
}

std::optional<diagnose::lost_wakeup> lost_wakeup_of(const engine& e, const graph_recorder& search,
                                                    ending how) {
  if (how != ending::complete || e.failed() || e.futexes().waits.empty()) return std::nullopt;
  auto lost = diagnose::find_lost_wakeup(search.graph(), search.model(), e.futexes());
  if (!lost || !e.ended_early()) return lost;
  // The program's end does not wait for every thread.
  const execution_graph& graph = search.graph();
  const event& end = graph[graph.thread_events(0).back()];
  const event& wait = graph[graph.thread_events(lost->wait.thread)[lost->wait.index]];
  if (!graph.in_porf_prefix(wait, end)) lost.reset();
  return lost;
}

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
  const auto lost = lost_wakeup_of(e, follow, how);
  if (const auto& use = e.unsupported()) {
    run.complaint = use->sentence;
    run.complaint_stack = use->stack;
  } else if (how == ending::nondeterministic && !e.failed()) {
    run.complaint = describe(follow.diverged());
    run.diverged = follow.diverged();
  } else if (e.failed() || lost || is_deadlock(e, how)) {
    failing_execution& failing = run.execution.emplace();
    failing.trace = diagnose::trace_of(
        follow.graph(), [&e](thread_id t, std::uint32_t i) { return e.recorded(t, i); });
    diagnose::insert_lines(failing.trace, lines_of(e));
    const shown_names names(failing.trace, e);
    const auto waiting = waiting_threads(e, names);
    failing.what = e.failed() ? *e.failed()
                   : lost     ? lost_wakeup_failure_of(e, follow.graph(), *lost, names)
                              : diagnose::deadlock(waiting);
    if (!e.failed()) heddle_failure_here();
    failing.output = output.text();
    failing.needs = size_of(plan_of(follow.graph()));
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
