#include "model/graph/execution_graph.hpp"

#include "model/program/check_that.hpp"

namespace heddle {

thread_id execution_graph::unused_thread() const {
  thread_id t = 1;
  while (t < threads_.size() && threads_[t].creation != no_event) ++t;
  return t;
}

void execution_graph::widen(thread_id thread) {
  const std::uint32_t narrow = clocks_.width();
  if (thread < narrow) return;
  clocks_.widen(thread);
  std::vector<event_id> wider(coherence_.size() * clocks_.width(), no_event);
  for (std::size_t l = 0; l < coherence_.size(); ++l) {
    for (std::uint32_t t = 0; t < narrow; ++t) {
      wider[l * clocks_.width() + t] = last_access_[l * narrow + t];
    }
  }
  last_access_.swap(wider);
}

void execution_graph::reserve_thread(thread_id thread) {
  if (thread < threads_.size()) return;
  widen(thread);
  threads_.resize(thread + 1u);
}

void execution_graph::reserve_location(location_id location) {
  if (location < coherence_.size()) return;
  coherence_.resize(location + 1u);
  last_access_.resize(coherence_.size() * clocks_.width(), no_event);
}

event_id execution_graph::add(thread_id thread, event_kind kind, memory_order order,
                              location_id location) {
  reserve_thread(thread);
  if (location != no_location) reserve_location(location);
  const auto id = static_cast<event_id>(events_.size());
  event& e = events_.emplace_back();
  e.location = location;
  e.index = static_cast<std::uint32_t>(threads_[thread].events.size());
  e.thread = thread;
  e.kind = kind;
  e.order = order;
  e.flags = event::maximal_bit | event::revisitable_bit;
  e.clocks_before = clocks_.size();
  link(id);
  return id;
}

void execution_graph::link(event_id id) {
  event& e = events_[id];
  threads_[e.thread].events.push_back(id);
  if (e.location == no_location) return;
  event_id& last = last_access_[e.location * clocks_.width() + e.thread];
  e.previous_access = last;
  last = id;
}

void execution_graph::unlink(event_id id) {
  const event& e = events_[id];
  threads_[e.thread].events.pop_back();
  if (e.kind == event_kind::create) {
    threads_[static_cast<thread_id>(e.val.low)].creation = no_event;
  }
  if (e.location == no_location) return;
  last_access_[e.location * clocks_.width() + e.thread] = e.previous_access;
  if (e.kind != event_kind::write) return;
  auto& order = coherence_[e.location];
  if (e.coherence_position >= order.size() || order[e.coherence_position] != id) return;
  order.erase(order.begin() + e.coherence_position);
  for (std::uint32_t i = e.coherence_position; i < order.size(); ++i) {
    events_[order[i]].coherence_position = i;
  }
}

void execution_graph::place(event_id w, std::uint32_t position) {
  auto& order = coherence_[events_[w].location];
  std::uint32_t now = events_[w].coherence_position;
  if (now < order.size() && order[now] == w) {
    order.erase(order.begin() + now);
  } else {
    now = position;
  }
  check_that(position <= order.size(), "a write is placed inside its coherence order");
  order.insert(order.begin() + position, w);
  for (std::uint32_t i = position < now ? position : now; i < order.size(); ++i) {
    events_[order[i]].coherence_position = i;
  }
  events_[w].coherence_position = position;
}

void execution_graph::keep_operation(event_id read, const operation& op) {
  operations_.push_back(op);
  events_[read].detail = static_cast<std::uint32_t>(operations_.size());
}

void execution_graph::note_creation(thread_id created, event_id create) {
  reserve_thread(created);
  threads_[created].creation = create;
}

void execution_graph::cut(event_id last) {
  if (events_.size() <= last + 1u) return;
  clocks_.truncate(events_[last + 1].clocks_before);
  for (auto id = static_cast<event_id>(events_.size() - 1); id > last; --id) {
    if (events_[id].is_read() && events_[id].detail != 0) {
      operations_.resize(events_[id].detail - 1);
    }
    unlink(id);
  }
  events_.resize(last + 1u);
}

void execution_graph::clear() {
  for (auto id = static_cast<event_id>(events_.size()); id-- > 0;) unlink(id);
  events_.clear();
  operations_.clear();
  clocks_.truncate(1);
}

}  // namespace heddle
