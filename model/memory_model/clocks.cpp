// The clocks of an event: porf, happens-before ([intro.races]), what fences pick up and hand on.
//
// synchronizes-with: an acquire read, or a read before an acquire fence, that reads from the
// release sequence of a release write, or of a write after a release fence. Since C++20 (P0982) a
// release sequence is its head and the read-modify-writes that read from it, nothing else; so the
// message of a write is its own happens-before (or its thread's release fence's), joined, if it is
// exclusive, with the message of the write that its read half reads.
#include "model/memory_model/memory_model.hpp"
#include "model/program/check_that.hpp"

namespace heddle {
namespace {

/// A clock of `e` with its own component spelled out.
clock_ref materialise(clock_pool& clocks, clock_ref clock, const event& e) {
  const clock_ref copy = clocks.copy(clock);
  clocks.raise(copy, e.thread, e.index + 1);
  return copy;
}

/// `clock`, or a new clock if `from` (and event `of`, if any) adds to it.
clock_ref joined(clock_pool& clocks, clock_ref clock, clock_ref from, thread_id own,
                 const event* of = nullptr) {
  const bool adds_event =
      of != nullptr && of->thread != own && clocks.at(clock, of->thread) <= of->index;
  if (!adds_event && clocks.covers(clock, from, own)) return clock;
  const clock_ref result = clocks.copy(clock);
  clocks.join(result, from);
  if (of != nullptr) clocks.raise(result, of->thread, of->index + 1);
  return result;
}

void inherit(const execution_graph& graph, event& e) {
  if (e.index > 0) {
    const event& before = graph[graph.thread_events(e.thread)[e.index - 1]];
    e.porf = before.porf;
    e.happens_before = before.happens_before;
    e.acquirable = before.acquirable;
    e.released = before.released;
    return;
  }
  e.porf = e.happens_before = e.acquirable = e.released = 0;
  const event_id create = graph.creation(e.thread);
  if (create == no_event) return;
  e.porf = graph[create].detail;
  e.happens_before = graph[create].message;
}

void receive(execution_graph& graph, event& e) {
  if (e.reads_from == initial_write) return;
  clock_pool& clocks = graph.clocks();
  const event& source = graph[e.reads_from];
  e.porf = joined(clocks, e.porf, source.porf, e.thread, &source);
  if (source.message == 0) return;
  if (is_acquire(e.order)) {
    e.happens_before = joined(clocks, e.happens_before, source.message, e.thread);
  }
  e.acquirable = joined(clocks, e.acquirable, source.message, no_thread);
}

void send(execution_graph& graph, event& e) {
  clock_pool& clocks = graph.clocks();
  e.message = is_release(e.order) ? materialise(clocks, e.happens_before, e) : e.released;
  if (!e.exclusive()) return;
  const event& read = graph[graph.thread_events(e.thread)[e.index - 1]];
  if (read.reads_from == initial_write) return;
  const clock_ref inherited = graph[read.reads_from].message;
  if (inherited != 0) e.message = joined(clocks, e.message, inherited, no_thread);
}

void join_finished(execution_graph& graph, event& e) {
  clock_pool& clocks = graph.clocks();
  const auto target = graph.thread_events(static_cast<thread_id>(e.val.low));
  check_that(!target.empty() && graph[target.back()].kind == event_kind::finish,
             "a joined thread has finished");
  const event& last = graph[target.back()];
  e.porf = joined(clocks, e.porf, last.porf, e.thread, &last);
  e.happens_before = joined(clocks, e.happens_before, last.happens_before, e.thread, &last);
}

}  // namespace

void compute_clocks(execution_graph& graph, event_id id) {
  event& e = graph[id];
  inherit(graph, e);
  switch (e.kind) {
    case event_kind::read:
      receive(graph, e);
      break;
    case event_kind::write:
      send(graph, e);
      break;
    case event_kind::join:
      join_finished(graph, e);
      break;
    case event_kind::create:
      e.detail = materialise(graph.clocks(), e.porf, e);
      e.message = materialise(graph.clocks(), e.happens_before, e);
      break;
    case event_kind::fence:
      if (is_acquire(e.order)) {
        e.happens_before = joined(graph.clocks(), e.happens_before, e.acquirable, e.thread);
      }
      if (is_release(e.order)) e.released = materialise(graph.clocks(), e.happens_before, e);
      break;
    default:
      break;
  }
}

}  // namespace heddle
