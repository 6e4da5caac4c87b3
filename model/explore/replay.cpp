// Replay: a thread repeats what the graph says it did. A read waits until the write that it reads
// from has been repeated, so that native memory is always what the graph says it is; the graph is
// porf-acyclic, so some thread can always go on.
#include "model/explore/graph_recorder.hpp"
#include "model/program/check_that.hpp"

namespace heddle {

void graph_recorder::create(thread_id created) {
  if (created >= threads_.size()) threads_.resize(created + 1u);
  threads_[created] = {};
  threads_[created].now = thread_progress::state::running;
  threads_[created].clock = graph()[graph().creation(created)].message;
}

step graph_recorder::blocked(thread_id thread, event_id read) {
  threads_[thread].now = thread_progress::state::blocked;
  threads_[thread].blocked_read = read;
  return {step_status::park, {}, false};
}

bool graph_recorder::matches(const event& e, const operation& op) const {
  switch (e.kind) {
    case event_kind::read:
      if (e.location != op.location) return false;
      if (e.detail == 0) {
        return op.kind == operation_kind::load && e.order == op.order && e.size == op.size;
      } else {
        const operation& was = graph().operation_of(e);
        return was.kind == op.kind && was.order == op.order && was.size == op.size &&
               was.operand == op.operand && was.expected == op.expected;
      }
    case event_kind::write:
      return op.kind == operation_kind::store && e.location == op.location && e.order == op.order &&
             e.size == op.size && e.val == op.operand;
    case event_kind::fence:
      return op.kind == operation_kind::fence && e.order == op.order;
    case event_kind::choice:
      return op.kind == operation_kind::choose;
    case event_kind::create:
      return op.kind == operation_kind::create_thread;
    case event_kind::join:
      return op.kind == operation_kind::join_thread && e.val.low == op.operand.low;
    case event_kind::finish:
      return op.kind == operation_kind::finish_thread;
  }
  __builtin_unreachable();
}

/// The thread's next event is e. An execution is mostly replay, and replay is mostly loads and
/// stores: these two have a path of their own.
[[gnu::always_inline]] inline step graph_recorder::replay(const event& e, const operation& op) {
  if (e.location == op.location && e.order == op.order && e.size == op.size) {
    if (op.kind == operation_kind::load && e.is_read() && e.detail == 0 && executed(e.reads_from)) {
      return did(e, 1, e.val);
    }
    if (op.kind == operation_kind::store && e.is_write() && e.val == op.operand) {
      return did(e, 1, e.val, note_latest(e));
    }
  }
  return replay_other(e, op);
}

step graph_recorder::perform(thread_id thread, const operation& op) {
  if (stopped_) [[unlikely]]
    return {};
  running_ = thread;
  const auto events = graph().thread_events(thread);
  const std::uint32_t position = threads_[thread].position;
  return position < events.size() ? replay(graph()[events[position]], op) : extend(thread, op);
}

step graph_recorder::replay_other(const event& e, const operation& op) {
  const thread_id thread = e.thread;
  thread_progress& now = threads_[thread];
  if (!matches(e, op)) {
    const bool same = (e.is_write() && op.kind == operation_kind::store) ||
                      (e.is_read() && op.kind == operation_kind::load);
    diverge(thread, same && e.location == op.location ? "with another value or memory order"
                    : same                            ? "on another object"
                                                      : "another operation");
    divergence_.recorded = e.kind;
    divergence_.now = op.kind;
    return {};
  }
  switch (e.kind) {
    case event_kind::read: {
      if (!executed(e.reads_from)) {
        replay_hint_ = graph()[e.reads_from].thread;
        return {step_status::park, {}, false};
      }
      const value result = e.val;
      if (e.blocked()) {
        did(e, 1, result);
        return blocked(thread, graph().id_of(e));
      }
      if (!e.exclusive()) return did(e, 1, result);
      const event& x = graph()[graph().thread_events(thread)[e.index + 1]];
      return did(x, 2, result, note_latest(x));
    }
    case event_kind::create: {
      create(static_cast<thread_id>(e.val.low));
      return did(e, 1, e.val);
    }
    case event_kind::join: {
      const auto target = static_cast<thread_id>(e.val.low);
      if (target >= threads_.size() || threads_[target].now != thread_progress::state::finished) {
        replay_hint_ = target;
        return {step_status::park, {}, false};
      }
      return did(e, 1, {});
    }
    case event_kind::finish:
      now.now = thread_progress::state::finished;
      return did(e, 1, {});
    case event_kind::choice:
    case event_kind::fence:
      return did(e, 1, e.val);
    case event_kind::write:
      return did(e, 1, e.val, note_latest(e));
  }
  __builtin_unreachable();
}

thread_id graph_recorder::next_to_replay() {
  // Follow what the last thread waits for; each step goes down in porf, so this ends.
  thread_id t = replay_hint_;
  if (t == no_thread || t >= graph().threads() ||
      (t < threads_.size() && threads_[t].position >= graph().length(t))) {
    t = 0;
    while (t < threads_.size() && threads_[t].position >= graph().length(t)) ++t;
    check_that(t < threads_.size(), "some thread has recorded events left");
  }
  for (;;) {
    if (t >= threads_.size() || threads_[t].now == thread_progress::state::absent) {
      t = graph()[graph().creation(t)].thread;
      continue;
    }
    check_that(threads_[t].position < graph().length(t), "a thread that is waited for can go on");
    const event& e = graph()[graph().thread_events(t)[threads_[t].position]];
    if (e.is_read() && !executed(e.reads_from)) {
      t = graph()[e.reads_from].thread;
    } else if (e.kind == event_kind::join && threads_[static_cast<thread_id>(e.val.low)].now !=
                                                 thread_progress::state::finished) {
      t = static_cast<thread_id>(e.val.low);
    } else {
      running_ = t;
      return t;
    }
  }
}

}  // namespace heddle
