#include "model/diagnose/coverage.hpp"

#include <algorithm>

namespace heddle::diagnose {
namespace {

/// The event before this operation in its thread, or the thread's creation; no_event if none.
event_id before(const execution_graph& graph, event_id id) {
  const event& e = graph[id];
  const std::uint32_t halves = e.is_write() && e.exclusive() ? 2 : 1;
  if (e.index < halves) return graph.creation(e.thread);
  return graph.thread_events(e.thread)[e.index - halves];
}

/// Whether `first` happens before all that the other access knows of when it begins.
bool ordered_anyway(const execution_graph& graph, event_id first, event_id second) {
  const event_id known = before(graph, second);
  if (known == no_event) return false;
  return known == first || graph.happens_before(graph[first], graph[known]);
}

}  // namespace

coverage::place coverage::place_of(const recorded_event& event) {
  const auto [at, fresh] = by_stack_.try_emplace({event.operation, event.stack}, 0);
  if (fresh) {
    std::string name = name_(event);
    const auto [named, first] = by_name_.try_emplace(name, static_cast<place>(names_.size()));
    if (first) names_.push_back(std::move(name));
    at->second = named->second;
  }
  return at->second;
}

void coverage::number_places(const execution_graph& graph, const event_lookup& recorded) {
  places_.assign(graph.size(), 0);
  readers_.assign(graph.size(), {});
  of_initial_.assign(graph.locations(), {});
  for (event_id id = 0; id < graph.size(); ++id) {
    const event& e = graph[id];
    if (!e.is_read() && !e.is_write()) continue;
    places_[id] = place_of(recorded(e.thread, e.index));
    // The read of a read-modify-write is passed with its write.
    if (!e.is_read() || e.exclusive()) continue;
    auto& readers =
        e.reads_from == initial_write ? of_initial_[e.location] : readers_[e.reads_from];
    readers.push_back(id);
  }
}

bool coverage::add(const execution_graph& graph, memory_model model, const event_lookup& recorded) {
  const std::size_t known = orders_.size() + racing_.size() + sources_.size();
  number_places(graph, recorded);
  for (location_id l = 0; l < graph.locations(); ++l) walk(graph, l);
  for (event_id id = 0; id < graph.size(); ++id) {
    if (!graph[id].is_read() || graph[id].blocked()) continue;
    note_source(graph, id);
    note_possible(graph, model, id);
  }
  ++executions_;
  const bool fresh = orders_.size() + racing_.size() + sources_.size() > known;
  if (fresh) last_new_ = executions_;
  return fresh;
}

/// The accesses of a location in an order that coherence allows: what reads the initial value, then
/// each write and what reads it.
void coverage::walk(const execution_graph& graph, location_id location) {
  passed_.clear();
  for (const event_id read : of_initial_[location]) pass(graph, read);
  for (const event_id write : graph.coherence_order(location)) {
    pass(graph, write);
    for (const event_id read : readers_[write]) pass(graph, read);
  }
}

void coverage::pass(const execution_graph& graph, event_id id) {
  const event& e = graph[id];
  const place here = places_[id];
  passed* mine = nullptr;
  for (passed& other : passed_) {
    if (other.at == here && other.writes == e.is_write()) mine = &other;
    if (!other.writes && !e.is_write()) continue;
    for (const auto& [thread, last] : other.last) {
      if (thread == e.thread) continue;
      orders_.emplace(other.at, here);
      if (!ordered_anyway(graph, last, id)) {
        racing_.emplace(std::min(other.at, here), std::max(other.at, here));
      }
    }
  }
  if (mine == nullptr) mine = &passed_.emplace_back(passed{here, e.is_write(), {}});
  mine->last[e.thread] = id;
}

void coverage::note_source(const execution_graph& graph, event_id read) {
  const event_id source = graph[read].reads_from;
  const std::pair<place, place> seen{source == initial_write ? 0 : places_[source], places_[read]};
  sources_.insert(seen);
}

void coverage::note_possible(const execution_graph& graph, memory_model model, event_id read) {
  const event& r = graph[read];
  const operation* const op = r.detail == 0 ? nullptr : &graph.operation_of(r);
  const bool waits = op != nullptr && op->wait != wait_condition::none;
  const auto order = graph.coherence_order(r.location);
  const std::uint32_t floor = coherence_floor(graph, model, r.location, r.thread, r.index);
  for (std::uint32_t i = floor; i <= order.size(); ++i) {
    if (i == 0) {
      // What the object began with is not in the graph: whether it ends a wait is not known.
      const bool taken = r.exclusive() && !order.empty() && graph[order[0]].exclusive();
      if (!waits && !taken) possible_.emplace(0, places_[read]);
      continue;
    }
    const event& w = graph[order[i - 1]];
    if (graph.in_porf_prefix(r, w)) continue;
    if (waits && !satisfies(op->wait, w.val, op->wait_operand)) continue;
    if (r.exclusive() && i < order.size() && graph[order[i]].exclusive()) continue;
    possible_.emplace(places_[order[i - 1]], places_[read]);
  }
}

bool coverage::saturated() const {
  return executions_ - last_new_ >= std::max<std::uint64_t>(1000, 10 * last_new_);
}

coverage_summary coverage::summary() const {
  coverage_summary result;
  result.executions = executions_;
  result.last_new = last_new_;
  result.racing = racing_.size();
  result.reads_from = sources_.size();
  const auto named = [&](place first, place second) {
    return coverage_summary::place_pair{names_[first], names_[second]};
  };
  for (const auto& [a, b] : racing_) {
    const bool forth = orders_.contains({a, b});
    const bool back = orders_.contains({b, a});
    if (!back) result.one_order.push_back(named(a, b));
    if (!forth) result.one_order.push_back(named(b, a));
  }
  for (const auto& [write, read] : possible_) {
    if (!sources_.contains({write, read})) result.unread.push_back(named(write, read));
  }
  const auto by_name = [](const auto& x, const auto& y) {
    return std::tie(x.first, x.second) < std::tie(y.first, y.second);
  };
  std::ranges::sort(result.one_order, by_name);
  std::ranges::sort(result.unread, by_name);
  return result;
}

}  // namespace heddle::diagnose
