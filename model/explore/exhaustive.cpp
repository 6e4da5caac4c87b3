#include "model/explore/exhaustive.hpp"

#include "model/program/check_that.hpp"

namespace heddle {

exhaustive::exhaustive(search_options options) : options_(options), consistent_(options.model) {}
exhaustive::~exhaustive() = default;

bool exhaustive::begin_execution() {
  if (!started_) {
    started_ = true;
    open_frame();
  } else {
    bool found = false;
    while (!found && !frames_.empty()) {
      auto& work = frames_.back()->work;
      if (work.empty()) {
        spare_frames_.push_back(std::move(frames_.back()));
        frames_.pop_back();
        continue;
      }
      const work_item item = work.back();
      work.pop_back();
      found = take(item);
    }
    if (!found) {
      open_frame();  // so that graph() stays valid
      return false;
    }
  }
  threads_.assign(1, {});
  threads_[0].now = thread_progress::state::running;
  executed_ = 0;
  replay_hint_ = 0;
  running_ = 0;
  forced_ = no_thread;
  stopped_ = false;
  return true;
}

ending exhaustive::end_execution() {
  if (stopped_) return stop_reason_;
  using state = thread_progress::state;
  bool all_finished = true;
  bool stuck = true;
  const auto reads_latest = [&](event_id id) {
    const event& e = g()[id];
    return !e.is_read() || e.reads_from == g().coherence_latest(e.location);
  };
  for (thread_id t = 0; t < threads_.size(); ++t) {
    const thread_progress& thread = threads_[t];
    if (thread.now == state::absent || thread.now == state::finished) continue;
    all_finished = false;
    if (thread.now == state::running && executed_ < g().size()) return ending::abandoned;
    const auto events = g().thread_events(t);
    if (thread.now == state::waiting_value) stuck = stuck && reads_latest(thread.blocked_read);
    if (thread.now == state::spinning) {
      std::uint32_t first = thread.first_spin_read;
      while (first > 0 && first == events.size() && !g()[events[first - 1]].is_read()) --first;
      if (first == events.size() && first > 0) --first;
      for (; first < events.size(); ++first) stuck = stuck && reads_latest(events[first]);
    }
    if (thread.now == state::running) return ending::abandoned;
  }
  if (all_finished) return ending::complete;
  return stuck ? ending::deadlock : ending::blocked;
}

step exhaustive::perform(thread_id thread, const operation& op) {
  if (stopped_) return {};
  running_ = thread;
  thread_progress& now = threads_[thread];
  if (now.now == thread_progress::state::waiting_value) {
    const event& read = g()[now.blocked_read];
    if (read.blocked()) return waiting(thread);
    now.now = thread_progress::state::running;
    return {step_status::done, read.val, false};
  }
  if (now.position < g().length(thread)) return replay(thread, op);
  if (executed_ < g().size()) {
    replay_hint_ = no_thread;
    return {step_status::park, {}, false};
  }
  return extend(thread, op);
}

thread_id exhaustive::next_thread() {
  if (stopped_) return no_thread;
  return executed_ < g().size() ? next_to_replay() : next_to_extend();
}

void exhaustive::initialise(location_id location, value initial) {
  if (location >= initial_.size()) {
    initial_.resize(location + 1u);
    latest_executed_.resize(location + 1u);
  }
  initial_[location] = initial;
  latest_executed_[location] = 0;
}

step exhaustive::spin(thread_id thread, std::uint32_t first_read_index) {
  threads_[thread].now = thread_progress::state::spinning;
  threads_[thread].first_spin_read = first_read_index;
  return {step_status::park, {}, false};
}

recorder::clock_view exhaustive::happens_before(thread_id thread) const {
  const execution_graph& graph = this->graph();
  const clock_pool& clocks = graph.clocks();
  const std::uint32_t position = threads_[thread].position;
  if (position > 0) {
    const event& last = graph[graph.thread_events(thread)[position - 1]];
    return {clocks.data(last.happens_before), clocks.width()};
  }
  const event_id create = graph.creation(thread);
  if (create == no_event) return {clocks.data(0), clocks.width()};
  return {clocks.data(graph[create].message), clocks.width()};
}

value exhaustive::value_of(event_id w, location_id location) const {
  return w == initial_write ? initial_[location] : graph()[w].val;
}

bool exhaustive::waits_lazily(const operation& op) const {
  return op.kind == operation_kind::compare_exchange && op.wait != wait_condition::none;
}

void exhaustive::bind(event_id r, event_id w) {
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

event_id exhaustive::complete_modification(event_id r) {
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

}  // namespace heddle
