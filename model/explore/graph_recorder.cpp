#include "model/explore/graph_recorder.hpp"

#include <algorithm>

namespace heddle {

void graph_recorder::begin(execution_graph& graph) {
  graph_ = &graph;
  threads_.assign(1, {});
  threads_[0].now = thread_progress::state::running;
  executed_ = 0;
  replay_hint_ = 0;
  running_ = 0;
  forced_ = no_thread;
  stopped_ = false;
  attention_ = options_.max_steps;
  if (options_.near_the_bound) attention_ -= std::min(attention_ / 2, 256u);
}

thread_id graph_recorder::next_thread() {
  if (stopped_) return no_thread;
  return executed_ < g().size() ? next_to_replay() : next_to_extend();
}

void graph_recorder::initialise(location_id location, value initial) {
  if (location >= initial_.size()) {
    initial_.resize(location + 1u);
    latest_executed_.resize(location + 1u);
  }
  initial_[location] = initial;
  latest_executed_[location] = 0;
}

step graph_recorder::spin(thread_id thread, std::uint32_t first_read_index, bool undone) {
  // Where the graph goes on the thread did not notice then: it has to follow.
  if (threads_[thread].position < graph().length(thread)) {
    ++threads_[thread].rounds_again;
    return {step_status::done, {}, false};
  }
  threads_[thread].now = thread_progress::state::spinning;
  threads_[thread].first_spin_read = first_read_index;
  threads_[thread].undoes_writes = undone;
  return {step_status::park, {}, false};
}

recorder::clock_view graph_recorder::happens_before(thread_id thread) const {
  const clock_pool& clocks = graph().clocks();
  const thread_progress& now = threads_[thread];
  return {clocks.data(now.clock), clocks.width(), now.position};
}

recorder::unordered_access graph_recorder::unordered_before(thread_id thread, location_id location,
                                                            bool writes_only) const {
  const execution_graph& graph = this->graph();
  const clock_view clock = happens_before(thread);
  for (thread_id u = 0; u < threads_.size() && u < graph.threads(); ++u) {
    if (u == thread) continue;
    // Its last access so far: if that is ordered, all are.
    event_id id = graph.last_access(location, u);
    while (id != no_event &&
           (graph[id].index >= threads_[u].position || (writes_only && !graph[id].is_write()))) {
      id = graph[id].previous_access;
    }
    if (id == no_event) continue;
    const std::uint32_t seen = u < clock.width ? clock.entries[u] : 0;
    if (graph[id].index >= seen) return {u, graph[id].index, graph[id].is_write()};
  }
  return {};
}

value graph_recorder::value_of(event_id w, location_id location) const {
  return w == initial_write ? initial_[location] : graph()[w].val;
}

bool graph_recorder::is_lock(const operation& op) {
  return op.kind == operation_kind::compare_exchange && op.wait != wait_condition::none;
}

void graph_recorder::diverge(thread_id thread, const char* how) {
  stopped_ = true;
  stop_reason_ = ending::nondeterministic;
  divergence_.thread = thread;
  divergence_.index = threads_[thread].position;
  divergence_.how = how;
}

void graph_recorder::bind(event_id r, event_id w) {
  execution_graph& graph = g();
  event& read = graph[r];
  read.reads_from = w;
  read.val = value_of(w, read.location);
  bool blocked = false;
  if (read.detail != 0) {
    const operation& op = graph.operation_of(read);
    bool exclusive = op.kind == operation_kind::read_modify_write;
    if (op.kind == operation_kind::compare_exchange) exclusive = read.val == op.expected;
    read.set(event::exclusive_bit, exclusive);
    if (op.kind == operation_kind::compare_exchange && !exclusive) {
      read.order = read_half(op.failure_order);
    } else if (op.kind != operation_kind::load) {
      read.order = read_half(op.order);
    }
    blocked = !satisfies(op.wait, read.val, op.wait_operand);
  }
  read.set(event::blocked_bit, blocked);
  compute_clocks(graph, r);
}

bool graph_recorder::can_read(event_id read, event_id source, consistency& consistent) {
  bind(read, source);
  if (graph()[read].exclusive()) {
    const auto order = graph().coherence_order(graph()[read].location);
    const std::size_t next = source == initial_write ? 0 : graph()[source].coherence_position + 1u;
    if (next < order.size() && graph()[order[next]].exclusive()) return false;  // is taken
  }
  return consistent(g(), read, no_event);
}

event_id graph_recorder::complete_modification(event_id r) {
  execution_graph& graph = g();
  const operation op = graph.operation_of(graph[r]);
  const value old = graph[r].val;
  const event_id source = graph[r].reads_from;
  const event_id x =
      graph.add(graph[r].thread, event_kind::write, write_half(op.order), op.location);
  event& write = graph[x];
  write.size = op.size;
  write.set(event::exclusive_bit, true);
  write.val = op.kind == operation_kind::compare_exchange
                  ? op.operand
                  : apply(op.modify, old, op.operand, op.size);
  graph.place(x, source == initial_write ? 0 : graph[source].coherence_position + 1);
  compute_clocks(graph, x);
  return x;
}

/// Whether the write half w took a write that another read-modify-write took, too. Both follow it
/// directly in the coherence order.
bool graph_recorder::conflicts(event_id w) const {
  const event& write = graph()[w];
  if (!write.exclusive()) return false;
  const auto order = graph().coherence_order(write.location);
  if (write.coherence_position + 1 >= order.size()) return false;
  const event& next = graph()[order[write.coherence_position + 1]];
  if (!next.exclusive()) return false;
  const event& mine = graph()[graph().thread_events(write.thread)[write.index - 1]];
  const event& other = graph()[graph().thread_events(next.thread)[next.index - 1]];
  return mine.reads_from == other.reads_from;
}

}  // namespace heddle
