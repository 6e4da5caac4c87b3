// Extend: the first operation that the graph does not hold is added to it; where there is a choice
// the policy decides. Left to right unless the policy says otherwise: the running thread goes on
// until it finishes or blocks.
#include "model/explore/graph_recorder.hpp"
#include "model/program/check_that.hpp"

namespace heddle {
using state = thread_progress::state;

[[gnu::always_inline]] inline step graph_recorder::added(event_id last, std::uint32_t events,
                                                         value result, bool latest) {
  const event& e = graph()[last];
  performs(e.thread);
  return did(e, events, result, latest);
}

/// Whether `next` is the write of a read-modify-write that took the write before it, and no later
/// revisit could take that back from `by`.
bool graph_recorder::is_taken_for_good(event_id next, const event& by) const {
  const event& x = graph()[next];
  if (!x.exclusive()) return false;
  const event& other = graph()[graph().thread_events(x.thread)[x.index - 1]];
  return !other.revisitable() || graph().in_porf_prefix(other, by);
}

void graph_recorder::collect_sources(event_id read, const operation& op) {
  execution_graph& graph = g();
  const event& r = graph[read];
  const auto order = graph.coherence_order(r.location);
  const std::uint32_t floor = coherence_floor(graph, options_.model, r.location, r.thread, r.index);
  sources_.clear();
  for (std::uint32_t i = floor; i <= order.size(); ++i) {
    const event_id w = i == 0 ? initial_write : order[i - 1];
    const bool last = i == order.size();
    const value v = value_of(w, r.location);
    // A wait reads what lets it go on, or the co-maximal write (and blocks).
    if (!last && !satisfies(op.wait, v, op.wait_operand)) continue;
    const bool modifies = op.kind == operation_kind::read_modify_write ||
                          (op.kind == operation_kind::compare_exchange && v == op.expected);
    if (modifies && !last && is_taken_for_good(order[i], r)) continue;
    sources_.push_back(w);
  }
}

step graph_recorder::extend_read(thread_id thread, const operation& op) {
  // A thread that would wait comes last: most often there is something better to read by then.
  if (op.wait != wait_condition::none && forced_ != thread) {
    const value latest = value_of(g().coherence_latest(op.location), op.location);
    if (!satisfies(op.wait, latest, op.wait_operand)) {
      threads_[thread].now = state::waiting_turn;
      threads_[thread].location = op.location;
      return {step_status::park, {}, false};
    }
  }
  forced_ = no_thread;
  const event_id r = g().add(thread, event_kind::read, op.order, op.location);
  g()[r].size = op.size;
  if (op.kind != operation_kind::load || op.wait != wait_condition::none) {
    g().keep_operation(r, op);
  }
  compute_clocks(g(), r);  // for the prefix that settled sources are judged by
  collect_sources(r, op);
  bind(r, choose_source(r, sources_));
  const event& read = g()[r];
  const value result = read.val;
  if (read.blocked()) {
    added(r, 1, result);
    return blocked(thread, r);
  }
  if (!read.exclusive()) return added(r, 1, result);
  const event_id x = complete_modification(r);
  added_write(x);
  check_that(!conflicts(x), "a write is taken by one read-modify-write only");
  wake_waiters(op.location);
  return added(x, 2, result, note_added(g()[x]));
}

step graph_recorder::extend_write(thread_id thread, const operation& op) {
  execution_graph& graph = g();
  const event_id w = graph.add(thread, event_kind::write, op.order, op.location);
  graph[w].size = op.size;
  graph[w].val = op.operand;
  graph.place(w, choose_place(w, coherence_floor(graph, options_.model, op.location, thread,
                                                 graph[w].index)));
  compute_clocks(graph, w);
  added_write(w);
  wake_waiters(op.location);
  return added(w, 1, op.operand, note_added(graph[w]));
}

step graph_recorder::extend_thread(thread_id thread, const operation& op) {
  if (op.kind == operation_kind::join_thread) {
    const auto target = static_cast<thread_id>(op.operand.low);
    if (target >= threads_.size() || threads_[target].now != state::finished) {
      threads_[thread].now = state::waiting_join;
      threads_[thread].awaited = target;
      return {step_status::park, {}, false};
    }
    const event_id join = g().add(thread, event_kind::join, memory_order::relaxed, no_location);
    g()[join].val = op.operand;
    compute_clocks(g(), join);
    return added(join, 1, {});
  }
  if (op.kind == operation_kind::finish_thread) {
    const event_id finish = g().add(thread, event_kind::finish, memory_order::relaxed, no_location);
    compute_clocks(g(), finish);
    threads_[thread].now = state::finished;
    return added(finish, 1, {});
  }
  const event_id create = g().add(thread, event_kind::create, memory_order::relaxed, no_location);
  const thread_id created = g().unused_thread();
  g()[create].val = {created, 0};
  g().note_creation(created, create);
  compute_clocks(g(), create);
  this->create(created);
  return added(create, 1, {created, 0});
}

/// The thread has performed all of its events that the graph holds: adds the next one.
step graph_recorder::extend(thread_id thread, const operation& op) {
  if (executed_ < g().size()) {
    replay_hint_ = no_thread;
    return {step_status::park, {}, false};
  }
  if (!may_extend(thread, op)) return {step_status::park, {}, false};
  if (g().size() >= attention_) [[unlikely]] {
    if (g().size() >= options_.max_steps) {
      stopped_ = true;
      stop_reason_ = ending::cut;
      return {};
    }
    attention_ = options_.max_steps;
    options_.near_the_bound();
  }
  threads_[thread].now = state::running;
  switch (op.kind) {
    case operation_kind::load:
    case operation_kind::read_modify_write:
    case operation_kind::compare_exchange:
      return extend_read(thread, op);
    case operation_kind::store:
      return extend_write(thread, op);
    case operation_kind::choose: {
      const event_id c = g().add(thread, event_kind::choice, memory_order::relaxed, no_location);
      compute_clocks(g(), c);
      g()[c].val = {choose_alternative(c, op.operand.low), 0};
      return added(c, 1, g()[c].val);
    }
    case operation_kind::fence: {
      const event_id fence = g().add(thread, event_kind::fence, op.order, no_location);
      compute_clocks(g(), fence);
      return added(fence, 1, {});
    }
    case operation_kind::create_thread:
    case operation_kind::join_thread:
    case operation_kind::finish_thread:
      return extend_thread(thread, op);
  }
  __builtin_unreachable();
}

void graph_recorder::wake_waiters(location_id location) {
  for (thread_progress& thread : threads_) {
    if (thread.now == state::waiting_turn && thread.location == location) {
      thread.now = state::running;
    }
  }
}

bool graph_recorder::can_extend(const thread_progress& thread) const {
  switch (thread.now) {
    case state::running:
      return true;
    case state::waiting_join:
      return thread.awaited < threads_.size() && threads_[thread.awaited].now == state::finished;
    default:
      return false;
  }
}

thread_id graph_recorder::next_to_extend() {
  if (running_ < threads_.size() && can_extend(threads_[running_])) return running_;
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (can_extend(threads_[t])) return running_ = t;
  }
  // Nobody can: a spinning thread whose last round mattered goes round again.
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (!can_go_round(threads_[t]) || !round_matters(t)) continue;
    if (++threads_[t].rounds_again <= options_.max_rounds) {
      threads_[t].now = state::running;
      return running_ = t;
    }
    stopped_ = true;
    stop_reason_ = ending::unfinished;
    return no_thread;
  }
  // Else let a waiting thread add its failing read, whose alternatives are the executions
  // in which it had come earlier.
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (threads_[t].now == state::waiting_turn) {
      return end_waiting(t);
    }
  }
  return no_thread;
}

}  // namespace heddle
