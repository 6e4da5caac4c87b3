#include "model/testing/search_runner.hpp"

#include <algorithm>

namespace heddle::testing {
namespace {

bool has_name(event_kind kind) {
  return kind == event_kind::read || kind == event_kind::write || kind == event_kind::fence ||
         kind == event_kind::choice;
}

/// Creations and joins come first in thread 0, finishes last everywhere.
event_name name_of(const event& e, const litmus_program& program) {
  const auto workers = static_cast<std::uint32_t>(program.code().workers());
  if (e.thread == 0) return {workers, e.index - program.creations_and_joins()};
  return {e.thread - 1U, e.index};
}

class outcome_collector {
 public:
  outcome_collector(search_outcome& outcome, const litmus_program& program)
      : outcome_(outcome), program_(program) {}

  void collect(const execution_graph& graph, ending end) {
    ++outcome_.executions;
    const graph_key key = key_of(graph, program_, false);
    bool repeated = false;
    if (end == ending::complete) {
      repeated = !outcome_.complete.insert(key).second;
    } else if (end == ending::blocked || end == ending::deadlock) {
      repeated = collect_blocked(graph, end, key);
    } else {
      ++outcome_.other_endings;
    }
    if (!repeated) return;
    if (outcome_.duplicates++ == 0) outcome_.first_duplicate = key;
  }

 private:
  bool collect_blocked(const execution_graph& graph, ending end, const graph_key& key) {
    ++outcome_.blocked_executions;
    bool repeated = !whole_blocked_.insert(key_of(graph, program_, true)).second;
    if (program_.any_failed()) {
      if (!any_waits()) repeated |= !outcome_.unwaiting_errors.insert(key).second;
      return repeated;
    }
    outcome_.blocked.insert(key);
    if (!any_waits()) outcome_.unwaiting_blocked.insert(key);
    if (end == ending::deadlock && !any_stopped()) {
      repeated |= !outcome_.deadlocks.insert(key).second;
    }
    return repeated;
  }

  /// A worker that has neither finished nor stopped waits; so does `final`, if all of them
  /// finished.
  bool any_waits() const {
    bool all_finished = true;
    for (std::size_t t = 0; t < program_.code().workers(); ++t) {
      const litmus_ending end = program_.ending_of(t);
      if (end == litmus_ending::unfinished) return true;
      all_finished &= end == litmus_ending::finished;
    }
    return all_finished &&
           program_.ending_of(program_.code().workers()) == litmus_ending::unfinished;
  }

  bool any_stopped() const {
    for (std::size_t t = 0; t <= program_.code().workers(); ++t) {
      if (program_.ending_of(t) == litmus_ending::stopped) return true;
    }
    return false;
  }

  search_outcome& outcome_;
  const litmus_program& program_;
  graph_keys whole_blocked_;
};

}  // namespace

graph_key key_of(const execution_graph& graph, const litmus_program& program,
                 bool with_waiting_reads) {
  graph_key_writer writer;
  const std::size_t workers = program.code().workers();
  const auto refer = [&](event_id id) {
    writer.event(id == initial_write ? event_name{} : name_of(graph[id], program));
  };
  for (std::size_t t = 0; t <= workers; ++t) {
    std::uint32_t left = with_waiting_reads ? UINT32_MAX : program.events_of(t);
    for (event_id id : graph.thread_events(static_cast<thread_id>(t == workers ? 0 : t + 1))) {
      const event& e = graph[id];
      if (!has_name(e.kind)) continue;
      if (left-- == 0) break;
      if (e.kind == event_kind::read) refer(e.reads_from);
      if (e.kind == event_kind::choice) writer.option(static_cast<std::uint32_t>(e.val.low));
    }
    writer.end_group();
  }
  for (location_id l = 0; l < program.code().locations.size(); ++l) {
    for (event_id id : graph.coherence_order(l)) refer(id);
    writer.end_group();
  }
  return writer.key();
}

search_outcome explore(const litmus_code& code, memory_model model, std::uint64_t max_executions) {
  search_outcome outcome;
  litmus_program program(code, failed_assertion::blocks_thread);
  outcome_collector collector(outcome, program);
  search_options options;
  options.model = model;
  exhaustive search(options);
  while (search.begin_execution()) {
    program.run(search);
    collector.collect(search.graph(), search.end_execution());
    if (outcome.executions == max_executions) {
      outcome.gave_up = true;
      break;
    }
  }
  return outcome;
}

}  // namespace heddle::testing
