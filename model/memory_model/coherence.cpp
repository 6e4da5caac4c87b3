// Coherence as a lower bound: a new event is last in its thread, so only what happens before it
// constrains it. It must not go before a write that it has seen, where seen means that the write,
// or a read of it, happens before ([intro.races]/15–18). Within one thread later accesses of a
// location see at least as much as earlier ones, so each thread's last known access decides.
#include "model/memory_model/memory_model.hpp"

namespace heddle {
namespace {

/// The place after the write that access `e` wrote or read.
std::uint32_t after(const execution_graph& graph, const event& e) {
  if (e.is_write()) return e.coherence_position + 1;
  return e.reads_from == initial_write ? 0 : graph[e.reads_from].coherence_position + 1;
}

}  // namespace

std::uint32_t coherence_floor(const execution_graph& graph, memory_model model,
                              location_id location, thread_id thread, std::uint32_t index) {
  // The clock of the event before: its own component is its index + 1.
  const event* before = nullptr;
  if (index > 0) {
    before = &graph[graph.thread_events(thread)[index - 1]];
  } else if (graph.creation(thread) != no_event) {
    before = &graph[graph.creation(thread)];
  }
  if (before == nullptr) return 0;
  const clock_ref clock = coherence_clock(model, *before);
  std::uint32_t floor = 0;
  const auto threads = static_cast<thread_id>(graph.threads());
  for (thread_id u = 0; u < threads; ++u) {
    event_id id = graph.last_access(location, u);
    while (id != no_event && !graph.within(clock, *before, graph[id])) {
      id = graph[id].previous_access;
    }
    if (id == no_event) continue;
    const std::uint32_t bound = after(graph, graph[id]);
    if (bound > floor) floor = bound;
  }
  return floor;
}

}  // namespace heddle
