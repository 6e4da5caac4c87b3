// A graph restricted to a porf-closed set of its events: the copy that a backward revisit makes.
#include "model/graph/execution_graph.hpp"

namespace heddle {
void execution_graph::become_restriction(const execution_graph& from,
                                         std::span<const event_id> keep,
                                         std::vector<event_id>& renamed) {
  clear();
  // Clocks and operations are copied whole: their references stay what they were.
  clocks_.assign(from.clocks_);
  operations_ = from.operations_;
  last_access_.assign(from.last_access_.size(), no_event);
  if (threads_.size() < from.threads_.size()) threads_.resize(from.threads_.size());
  if (coherence_.size() < from.coherence_.size()) coherence_.resize(from.coherence_.size());
  last_access_.resize(coherence_.size() * clocks_.width(), no_event);

  renamed.assign(from.events_.size(), no_event);
  const auto new_name = [&](event_id id) { return id < renamed.size() ? renamed[id] : id; };
  for (const event_id old : keep) {
    const auto id = static_cast<event_id>(events_.size());
    renamed[old] = id;
    events_.push_back(from.events_[old]);
    link(id);
    if (events_[id].kind == event_kind::create) {
      threads_[static_cast<thread_id>(events_[id].val.low)].creation = id;
    }
  }
  for (event& e : events_) {
    if (e.is_read()) e.reads_from = new_name(e.reads_from);
  }
  for (location_id l = 0; l < from.coherence_.size(); ++l) {
    auto& order = coherence_[l];
    order.clear();
    for (const event_id w : from.coherence_[l]) {
      if (renamed[w] == no_event) continue;
      events_[renamed[w]].coherence_position = static_cast<std::uint32_t>(order.size());
      order.push_back(renamed[w]);
    }
  }
}

}  // namespace heddle
