#include "model/diagnose/lost_wakeup.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace heddle::diagnose {
namespace {

/// The event that comes before the thread's event `index`; null: none.
const event* event_before(const execution_graph& graph, thread_id thread, std::uint32_t index) {
  if (index > 0) return &graph[graph.thread_events(thread)[index - 1]];
  const event_id creation = graph.creation(thread);
  return creation == no_event ? nullptr : &graph[creation];
}

class search {
 public:
  search(const execution_graph& graph, memory_model model, const futex_log& log)
      : graph_(graph), model_(model), log_(log) {}

  std::optional<lost_wakeup> first() {
    for (const futex_wait_call& w : log_.waits) {
      const event_id change = first_change(w);
      if (change == no_event) continue;
      lost_wakeup lost{w, change, {}, {}};
      for (const futex_wake_call& n : log_.wakes) {
        if (can_end(n, w) && !follows(n, w)) lost.wakes.push_back(n);
      }
      if (all_spent_elsewhere(lost)) return lost;
    }
    return std::nullopt;
  }

 private:
  const event& read_of(const futex_wait_call& w) const {
    return graph_[graph_.thread_events(w.thread)[w.index]];
  }

  /// How many leading writes the thread knew of when it came to wait: X is the last of them.
  std::uint32_t known_writes(const futex_wait_call& w) const {
    return coherence_floor(graph_, model_, w.location, w.thread, w.index);
  }

  /// The first write after X; no_event if the thread can not have slept after observing X.
  event_id first_change(const futex_wait_call& w) const {
    const auto order = graph_.coherence_order(w.location);
    const std::uint32_t known = known_writes(w);
    if (known > 0 && graph_[order[known - 1]].val.low != w.expected) return no_event;
    const event& read = read_of(w);
    const std::uint32_t seen =
        read.reads_from == initial_write ? 0 : graph_[read.reads_from].coherence_position + 1;
    return seen > known ? order[known] : no_event;
  }

  /// Whether a write after X happens before the notification.
  bool can_end(const futex_wake_call& n, const futex_wait_call& w) const {
    if (n.address != w.address || n.threads == 0) return false;
    const event* const before = event_before(graph_, n.thread, n.index);
    if (before == nullptr) return false;
    const auto order = graph_.coherence_order(w.location);
    for (std::uint32_t i = known_writes(w); i < order.size(); ++i) {
      if (graph_.within(coherence_clock(model_, *before), *before, graph_[order[i]])) return true;
    }
    return false;
  }

  /// Whether the notification is made only because the wait has ended.
  bool follows(const futex_wake_call& n, const futex_wait_call& w) const {
    const event* const before = event_before(graph_, n.thread, n.index);
    return before != nullptr && graph_.in_porf_prefix(read_of(w), *before);
  }
  bool follows(const futex_wait_call& later, const futex_wait_call& w) const {
    const event* const before = event_before(graph_, later.thread, later.index);
    return before != nullptr && graph_.in_porf_prefix(read_of(w), *before);
  }

  /// Whether the notification was over when the wait began.
  bool precedes(const futex_wake_call& n, const futex_wait_call& w) const {
    if (n.index >= graph_.length(n.thread)) return false;
    const event& next = graph_[graph_.thread_events(n.thread)[n.index]];
    const event* const before = event_before(graph_, w.thread, w.index);
    return before != nullptr && graph_.in_porf_prefix(next, *before);
  }

  /// Whether each notification can be matched with other waits, as many as it wakes threads.
  bool all_spent_elsewhere(lost_wakeup& lost) {
    taken_by_.assign(log_.waits.size(), none);
    for (std::size_t n = 0; n < lost.wakes.size(); ++n) {
      for (std::uint32_t unit = 0; unit < lost.wakes[n].threads; ++unit) {
        tried_.assign(log_.waits.size(), false);
        if (!spend(lost, n)) return false;
      }
    }
    for (std::size_t i = 0; i < taken_by_.size(); ++i) {
      if (taken_by_[i] != none) lost.rivals.push_back(log_.waits[i]);
    }
    return true;
  }

  /// One step of the usual search for an augmenting path.
  bool spend(const lost_wakeup& lost, std::size_t n) {
    for (std::size_t i = 0; i < log_.waits.size(); ++i) {
      const futex_wait_call& rival = log_.waits[i];
      const bool itself = rival.thread == lost.wait.thread && rival.index == lost.wait.index;
      if (itself || tried_[i] || first_change(rival) == no_event || follows(rival, lost.wait) ||
          !can_end(lost.wakes[n], rival) || precedes(lost.wakes[n], rival) ||
          follows(lost.wakes[n], rival)) {
        continue;
      }
      tried_[i] = true;
      if (taken_by_[i] == none || spend(lost, taken_by_[i])) {
        taken_by_[i] = n;
        return true;
      }
    }
    return false;
  }

  static constexpr std::size_t none = ~std::size_t{0};
  const execution_graph& graph_;
  memory_model model_;
  const futex_log& log_;
  std::vector<std::size_t> taken_by_;  // by wait: the notification that ends it
  std::vector<bool> tried_;
};

}  // namespace

std::optional<lost_wakeup> find_lost_wakeup(const execution_graph& graph, memory_model model,
                                            const futex_log& log) {
  if (log.waits.empty()) return std::nullopt;
  return search(graph, model, log).first();
}

failure lost_wakeup_failure(const lost_wakeup& lost, const execution_graph& graph,
                            const std::string& object,
                            const std::function<call_stack(std::uintptr_t)>& stack_of,
                            const std::function<call_stack(thread_id, std::uint32_t)>& stack_at) {
  const std::string me = thread_name(lost.wait.thread);
  const event& change = graph[lost.change];
  failure result;
  result.kind = failure_kind::deadlock;
  result.thread = lost.wait.thread;
  result.stack = stack_of(lost.wait.place);
  result.message = fmt::format(
      "deadlock: {} waits on {} for ever if it is asleep when {} changes it: {}", me, object,
      thread_name(change.thread),
      lost.wakes.empty() ? "nobody wakes it afterwards"
      : lost.wakes.size() == 1
          ? "the one wake-up that follows may go to another thread"
          : fmt::format("the {} wake-ups that follow may go to other threads", lost.wakes.size()));
  result.notes.push_back({me + " waits here", lost.wait.thread, result.stack});
  result.notes.push_back({fmt::format("{} changes {} here", thread_name(change.thread), object),
                          change.thread, stack_at(change.thread, change.index)});
  for (const futex_wake_call& n : lost.wakes) {
    result.notes.push_back({fmt::format("{} wakes {} here", thread_name(n.thread),
                                        n.threads == 1 ? std::string("one thread")
                                                       : fmt::format("{} threads", n.threads)),
                            n.thread, stack_of(n.place)});
  }
  for (const futex_wait_call& rival : lost.rivals) {
    result.notes.push_back({thread_name(rival.thread) + " waits on it, too, here", rival.thread,
                            stack_of(rival.place)});
  }
  return result;
}

}  // namespace heddle::diagnose
