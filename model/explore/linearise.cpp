#include <algorithm>
#include <numeric>

#include "model/explore/decisions.hpp"
#include "model/program/check_that.hpp"

namespace heddle {
namespace {

/// Events in time: the running thread goes on as long as it can, then the lowest that can.
class linearisation {
 public:
  linearisation(const execution_graph& graph, bool sequential)
      : graph_(graph), sequential_(sequential), done_(graph.threads(), 0) {}

  std::vector<event_id> order() {
    std::vector<event_id> result;
    thread_id running = 0;
    while (result.size() < graph_.size()) {
      running = next(running);
      const auto events = graph_.thread_events(running);
      result.push_back(events[done_[running]++]);
    }
    return result;
  }

 private:
  bool is_done(event_id id) const {
    return id == initial_write || graph_[id].index < done_[graph_[id].thread];
  }

  bool finished(thread_id t) const {
    const auto events = graph_.thread_events(t);
    return !events.empty() && graph_[events.back()].kind == event_kind::finish &&
           done_[t] == events.size();
  }

  /// Whether the thread's next event can come now; `strictly`: nor before what it overtakes in
  /// the coherence order.
  bool can_go(thread_id t, bool strictly) const {
    const auto events = graph_.thread_events(t);
    if (done_[t] == events.size()) return false;
    if (done_[t] == 0 && graph_.creation(t) != no_event && !is_done(graph_.creation(t))) {
      return false;
    }
    const event& e = graph_[events[done_[t]]];
    if (e.is_read() && !is_done(e.reads_from)) return false;
    if (writes_next(e)) return !strictly || may_write(graph_[events[done_[t] + 1]]);
    if (e.kind == event_kind::join && !finished(static_cast<thread_id>(e.val.low))) return false;
    return !strictly || !e.is_write() || may_write(e);
  }

  static bool writes_next(const event& e) { return e.is_read() && e.exclusive(); }

  bool may_write(const event& e) const {
    const auto writes = graph_.coherence_order(e.location);
    for (std::uint32_t i = 0; i < e.coherence_position; ++i) {
      if (!is_done(writes[i])) return false;
    }
    if (!sequential_) return true;
    // Reads of what it overwrites come first.
    for (thread_id u = 0; u < graph_.threads(); ++u) {
      event_id r = graph_.last_access(e.location, u);
      for (; r != no_event; r = graph_[r].previous_access) {
        if (!graph_[r].is_read() || is_done(r)) continue;
        if (u == e.thread && graph_[r].index + 1 == e.index) continue;  // its own read half
        const event_id w = graph_[r].reads_from;
        if (w == initial_write || graph_[w].coherence_position < e.coherence_position) return false;
      }
    }
    return true;
  }

  thread_id next(thread_id running) const {
    for (const bool strictly : {true, false}) {
      if (can_go(running, strictly)) return running;
      for (thread_id t = 0; t < graph_.threads(); ++t) {
        if (can_go(t, strictly)) return t;
      }
    }
    broken("a graph without po ∪ rf cycles can be put in order", __FILE__, __LINE__);
  }

  const execution_graph& graph_;
  bool sequential_;
  std::vector<std::uint32_t> done_;
};

/// How far a write (or the source of a read) is from the co-maximal among those before it in time.
std::uint32_t distance(const execution_graph& graph, location_id location, event_id w,
                       const std::vector<bool>& present) {
  const auto order = graph.coherence_order(location);
  std::uint32_t result = 0;
  const std::uint32_t from = w == initial_write ? 0 : graph[w].coherence_position + 1;
  for (std::uint32_t i = from; i < order.size(); ++i) result += present[order[i]];
  return result;
}

/// A read that blocks its thread is no decision: the thread waits, whoever follows.
bool is_forced_wait(const event& e) { return e.is_read() && e.blocked(); }

/// The execution of a graph whose events come in this order.
decisions in_order(const execution_graph& graph, memory_model model,
                   const std::vector<event_id>& order) {
  decisions result;
  result.model = model;
  std::vector<bool> present(graph.size(), false);
  std::vector<thread_id> names(graph.threads(), 0);
  thread_id created = 0;
  std::uint32_t operation = 0;
  for (const event_id id : order) {
    const event& e = graph[id];
    present[id] = true;
    if (e.kind == event_kind::create) names[static_cast<thread_id>(e.val.low)] = ++created;
    if (is_forced_wait(e) || (e.is_write() && e.exclusive())) continue;
    std::uint32_t away = 0;
    if (e.is_read()) away = distance(graph, e.location, e.reads_from, present);
    if (e.is_write()) away = distance(graph, e.location, id, present);
    if (e.kind == event_kind::choice) away = static_cast<std::uint32_t>(e.val.low);
    if (away != 0) result.deviations.push_back({operation, away});
    const thread_id thread = names[e.thread];
    if (result.schedule.empty() || result.schedule.back().thread != thread) {
      result.schedule.push_back({thread, 0});
    }
    ++result.schedule.back().operations;
    ++operation;
  }
  return result;
}

}  // namespace

decisions linearise(const execution_graph& graph, memory_model model) {
  return in_order(graph, model, linearisation(graph, is_sequentially_consistent(graph)).order());
}

decisions in_time(const execution_graph& graph, memory_model model) {
  std::vector<event_id> order(graph.size());
  std::iota(order.begin(), order.end(), event_id{0});
  return in_order(graph, model, order);
}

}  // namespace heddle
