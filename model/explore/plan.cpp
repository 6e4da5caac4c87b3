#include "model/explore/plan.hpp"

#include <algorithm>

namespace heddle {
namespace {

/// The number of each event's operation in its thread.
std::vector<std::uint32_t> operation_numbers(const execution_graph& graph) {
  std::vector<std::uint32_t> numbers(graph.size(), 0);
  for (thread_id t = 0; t < graph.threads(); ++t) {
    std::uint32_t next = 0;
    for (const event_id id : graph.thread_events(t)) {
      const event& e = graph[id];
      numbers[id] = e.is_write() && e.exclusive() ? next - 1 : next++;
    }
  }
  return numbers;
}

/// Whether the order has a write after position `from` that came before `id` in time.
bool any_before(const execution_graph& graph, location_id location, std::size_t from, event_id id) {
  const auto order = graph.coherence_order(location);
  return std::any_of(order.begin() + static_cast<std::ptrdiff_t>(from), order.end(),
                     [id](event_id w) { return w < id; });
}

/// The nearest write before position `end` that came before `id` in time.
event_id predecessor(const execution_graph& graph, location_id location, std::size_t end,
                     event_id id) {
  const auto order = graph.coherence_order(location);
  while (end-- > 0) {
    if (order[end] < id) return order[end];
  }
  return initial_write;
}

}  // namespace

plan plan_of(const execution_graph& graph) {
  const std::vector<std::uint32_t> numbers = operation_numbers(graph);
  plan result;
  for (event_id id = 0; id < graph.size(); ++id) {
    const event& e = graph[id];
    if ((e.is_read() && e.blocked()) || (e.is_write() && e.exclusive())) continue;
    planned_operation entry{e.thread, e.kind, false, no_thread, 0};
    event_id source = initial_write;
    if (e.is_read()) {
      source = e.reads_from;
      const std::size_t from =
          source == initial_write ? 0 : graph[source].coherence_position + std::size_t{1};
      entry.deviates = any_before(graph, e.location, from, id);
    } else if (e.is_write()) {
      source = predecessor(graph, e.location, e.coherence_position, id);
      entry.deviates = any_before(graph, e.location, e.coherence_position + std::size_t{1}, id);
    } else if (e.kind == event_kind::choice) {
      entry.source = static_cast<std::uint32_t>(e.val.low);
      entry.deviates = entry.source != 0;
    }
    if (source != initial_write) {
      entry.source_thread = graph[source].thread;
      entry.source = numbers[source];
    }
    result.push_back(entry);
  }
  return result;
}

execution_size size_of(const plan& execution) {
  execution_size size;
  std::vector<bool> seen;
  thread_id last = no_thread;
  for (const planned_operation& entry : execution) {
    if (entry.thread >= seen.size()) seen.resize(entry.thread + std::size_t{1}, false);
    if (!seen[entry.thread]) ++size.threads;
    seen[entry.thread] = true;
    ++size.operations;
    if (last != no_thread && last != entry.thread) ++size.switches;
    last = entry.thread;
    if (!entry.deviates) continue;
    if (entry.kind == event_kind::read) ++size.stale_reads;
    if (entry.kind == event_kind::write) ++size.late_writes;
    if (entry.kind == event_kind::choice) {
      ++size.choices;
      size.alternatives += entry.source;
    }
  }
  return size;
}

bool is_smaller(const execution_size& a, const execution_size& b) {
  return a != b && a.threads <= b.threads && a.operations <= b.operations &&
         a.switches <= b.switches && a.stale_reads <= b.stale_reads &&
         a.late_writes <= b.late_writes && a.choices <= b.choices &&
         a.alternatives <= b.alternatives;
}

}  // namespace heddle
