// Extend: the first operation that the graph does not hold is added to it, with its canonical
// choice (the co-maximal source or place, the first alternative); the others become work items.
// Left to right: the running thread goes on until it finishes or blocks.
#include <algorithm>

#include "model/explore/exhaustive.hpp"
#include "model/program/check_that.hpp"

namespace heddle {
using state = thread_progress::state;

step exhaustive::extend(thread_id thread, const operation& op) {
  if (g().size() >= options_.max_steps) {
    stopped_ = true;
    stop_reason_ = ending::cut;
    return {};
  }
  threads_[thread].now = state::running;
  switch (op.kind) {
    case operation_kind::load:
    case operation_kind::read_modify_write:
    case operation_kind::compare_exchange: return extend_read(thread, op);
    case operation_kind::store: return extend_write(thread, op);
    case operation_kind::choose: return extend_choice(thread, op);
    case operation_kind::fence: {
      compute_clocks(g(), g().add(thread, event_kind::fence, op.order, no_location));
      return did(thread, 1, {});
    }
    case operation_kind::create_thread:
    case operation_kind::join_thread:
    case operation_kind::finish_thread: return extend_thread(thread, op);
  }
  __builtin_unreachable();
}

void exhaustive::collect_sources(event_id read, const operation& op) {
  execution_graph& graph = g();
  const event& r = graph[read];
  const auto order = graph.coherence_order(r.location);
  const std::uint32_t floor =
      coherence_floor(graph, options_.model, r.location, r.thread, r.index);
  sources_.clear();
  for (std::uint32_t i = floor; i <= order.size(); ++i) {
    const event_id w = i == 0 ? initial_write : order[i - 1];
    const bool last = i == order.size();
    const value v = value_of(w, r.location);
    // A wait reads what lets it go on, or the co-maximal write (and blocks).
    if (!last && !satisfies(op.wait, v, op.wait_operand)) continue;
    const bool modifies = op.kind == operation_kind::read_modify_write ||
                          (op.kind == operation_kind::compare_exchange && v == op.expected);
    if (modifies && !last && graph[order[i]].exclusive()) {
      // Another read-modify-write took w. If nothing can take it back, w is not to be had.
      const event& x = graph[order[i]];
      const event& other = graph[graph.thread_events(x.thread)[x.index - 1]];
      if (other.reads_from == w &&
          (!other.revisitable() || graph.in_porf_prefix(other, r))) {
        continue;
      }
    }
    sources_.push_back(w);
  }
}

step exhaustive::extend_read(thread_id thread, const operation& op) {
  if (waits_lazily(op) && forced_ != thread) {
    const value latest = value_of(g().coherence_latest(op.location), op.location);
    if (!satisfies(op.wait, latest, op.wait_operand)) {
      threads_[thread].now = state::waiting_lock;
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
  bind(r, sources_.back());
  for (std::size_t i = 0; i + 1 < sources_.size(); ++i) {
    file({work_item::kind::forward_read, r, sources_[i], 0});
  }
  const event& read = g()[r];
  const value result = read.val;
  if (read.blocked()) {
    threads_[thread].blocked_read = r;
    did(thread, 1, result);
    return waiting(thread);
  }
  if (!read.exclusive()) return did(thread, 1, result);
  const event_id x = complete_modification(r);
  file_revisits(x);
  check_that(!conflicts(x), "the co-maximal write is not taken by another read-modify-write");
  wake_lock_waiters(op.location);
  return did(thread, 2, result, note_latest(g()[x]));
}

step exhaustive::extend_write(thread_id thread, const operation& op) {
  execution_graph& graph = g();
  const event_id w = graph.add(thread, event_kind::write, op.order, op.location);
  graph[w].size = op.size;
  graph[w].val = op.operand;
  const auto order = graph.coherence_order(op.location);
  const std::uint32_t floor =
      coherence_floor(graph, options_.model, op.location, thread, graph[w].index);
  for (std::uint32_t i = floor; i < order.size(); ++i) {
    // Never between a read-modify-write and the write that it reads.
    if (graph[order[i]].exclusive()) continue;
    file({work_item::kind::forward_write, w, i == 0 ? initial_write : order[i - 1], 0});
  }
  graph.place(w, static_cast<std::uint32_t>(order.size()));
  compute_clocks(graph, w);
  file_revisits(w);
  wake_lock_waiters(op.location);
  return did(thread, 1, op.operand, note_latest(graph[w]));
}

step exhaustive::extend_choice(thread_id thread, const operation& op) {
  const event_id c = g().add(thread, event_kind::choice, memory_order::relaxed, no_location);
  g()[c].val = {0, 0};
  compute_clocks(g(), c);
  for (std::uint32_t i = 1; i < op.operand.low; ++i) {
    file({work_item::kind::forward_choice, c, no_event, i});
  }
  return did(thread, 1, {});
}

step exhaustive::extend_thread(thread_id thread, const operation& op) {
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
    return did(thread, 1, {});
  }
  if (op.kind == operation_kind::finish_thread) {
    compute_clocks(g(),
                   g().add(thread, event_kind::finish, memory_order::relaxed, no_location));
    threads_[thread].now = state::finished;
    return did(thread, 1, {});
  }
  const event_id create = g().add(thread, event_kind::create, memory_order::relaxed, no_location);
  const thread_id created = g().unused_thread();
  g()[create].val = {created, 0};
  g().note_creation(created, create);
  compute_clocks(g(), create);
  if (created >= threads_.size()) threads_.resize(created + 1u);
  threads_[created] = {};
  threads_[created].now = state::running;
  return did(thread, 1, {created, 0});
}

void exhaustive::wake_lock_waiters(location_id location) {
  for (thread_progress& thread : threads_) {
    if (thread.now == state::waiting_lock && thread.location == location) {
      thread.now = state::running;
    }
  }
}

bool exhaustive::can_extend(const thread_progress& thread) const {
  switch (thread.now) {
    case state::running: return true;
    case state::waiting_join:
      return thread.awaited < threads_.size() && threads_[thread.awaited].now == state::finished;
    case state::waiting_value: return !graph()[thread.blocked_read].blocked();
    default: return false;
  }
}

thread_id exhaustive::next_to_extend() {
  if (running_ < threads_.size() && can_extend(threads_[running_])) return running_;
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (can_extend(threads_[t])) return running_ = t;
  }
  // Nobody can: let a thread that waits for a lock add its failing read, whose alternatives are
  // the orders in which it had come first.
  for (thread_id t = 0; t < threads_.size(); ++t) {
    if (threads_[t].now == state::waiting_lock) {
      forced_ = t;
      return running_ = t;
    }
  }
  return no_thread;
}

}  // namespace heddle
