// A graph restricted to a porf-closed set of its events: the copy that a backward revisit makes.
#include <algorithm>

#include "model/graph/execution_graph.hpp"
#include "model/program/check_that.hpp"

namespace heddle {
namespace {

bool is_restored(const std::vector<event_id>& restored, event_id read) {
  return std::find(restored.begin(), restored.end(), read) != restored.end();
}

}  // namespace

void execution_graph::become_restriction(const execution_graph& from,
                                         std::span<const event_id> keep, event_id revisited,
                                         std::vector<event_id>& renamed,
                                         std::vector<event_id>& restored) {
  clear();
  // Clocks and operations are copied whole: their references stay what they were.
  clocks_ = from.clocks_;
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
  // In-place revisits by writes that are left out never happened; the reads go back to the latest
  // of their sources that is still here. The log is short: one entry a blocked wait and wake-up.
  const auto surviving_source = [&](event_id read, std::size_t end) {
    event_id source = no_event;
    for (std::size_t i = 0; i < end; ++i) {
      const in_place_revisit& earlier = from.in_place_[i];
      if (earlier.read != read) continue;
      const event_id previous = new_name(earlier.previous_source);
      const event_id cause = new_name(earlier.cause);
      if (previous != no_event) source = previous;
      if (cause != no_event && i + 1 < end) source = cause;
    }
    return source;
  };
  for (std::size_t i = 0; i < from.in_place_.size(); ++i) {
    const in_place_revisit& revisit = from.in_place_[i];
    const event_id read = renamed[revisit.read];
    if (read == no_event || revisit.read == revisited) continue;
    const event_id source = surviving_source(revisit.read, i + 1);
    if (new_name(revisit.cause) != no_event) {
      in_place_.push_back({read, source, new_name(revisit.cause)});
    } else if (events_[read].reads_from == no_event || is_restored(restored, read)) {
      events_[read].reads_from = source;
      if (!is_restored(restored, read)) restored.push_back(read);
    }
  }
  for (const event_id read : restored) {
    check_that(events_[read].reads_from != no_event, "a restored read has a source");
  }
}

}  // namespace heddle
