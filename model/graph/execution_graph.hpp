// The execution graph: events, program order, reads-from, coherence order, and their clocks.
//
// Events are numbered in the order of their addition, which makes "forget everything added after
// e" (cut) a truncation. Threads and locations index their events; nothing is allocated per event
// once the vectors have grown to the size of the program.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/graph/clock_pool.hpp"
#include "model/graph/event.hpp"

namespace heddle {

class execution_graph {
 public:
  // ---- what it holds
  std::size_t size() const { return events_.size(); }
  const event& operator[](event_id id) const { return events_[id]; }
  event& operator[](event_id id) { return events_[id]; }
  event_id id_of(const event& e) const { return static_cast<event_id>(&e - events_.data()); }

  /// Threads 0 … threads() - 1 may have events.
  std::size_t threads() const { return threads_.size(); }
  std::size_t length(thread_id thread) const {
    return thread < threads_.size() ? threads_[thread].events.size() : 0;
  }
  std::span<const event_id> thread_events(thread_id thread) const {
    if (thread >= threads_.size()) return {};
    return threads_[thread].events;
  }
  /// The create event of the thread; no_event for thread 0 and threads not (yet) created.
  event_id creation(thread_id thread) const {
    return thread < threads_.size() ? threads_[thread].creation : no_event;
  }
  /// The lowest thread number that is not in use.
  thread_id unused_thread() const;

  std::size_t locations() const { return coherence_.size(); }
  /// The writes of a location in coherence order, without the initial write.
  std::span<const event_id> coherence_order(location_id location) const {
    if (location >= coherence_.size()) return {};
    return coherence_[location];
  }
  event_id coherence_latest(location_id location) const {
    if (location >= coherence_.size() || coherence_[location].empty()) return initial_write;
    return coherence_[location].back();
  }
  /// The thread's latest read or write of the location, no_event if none; older ones follow
  /// along event::previous_access.
  event_id last_access(location_id location, thread_id thread) const {
    const std::size_t at = location * clocks_.width() + thread;
    return at < last_access_.size() ? last_access_[at] : no_event;
  }
  /// The full operation behind a read-modify-write, compare_exchange or waiting read.
  const operation& operation_of(const event& e) const { return operations_[e.detail - 1]; }

  clock_pool& clocks() { return clocks_; }
  const clock_pool& clocks() const { return clocks_; }

  // ---- order
  /// Whether `x` is `e` or in the prefix that `clock`, a clock of `e`, describes.
  bool within(clock_ref clock, const event& e, const event& x) const {
    if (x.thread == e.thread) return x.index <= e.index;
    return clocks_.at(clock, x.thread) > x.index;
  }
  bool in_porf_prefix(const event& x, const event& of) const { return within(of.porf, of, x); }
  bool happens_before(const event& x, const event& e) const {
    return &x != &e && within(e.happens_before, e, x);
  }

  // ---- growing and shrinking; clocks are the memory model's business
  /// Adds the next event of `thread`. A write enters the coherence order by `place`.
  event_id add(thread_id thread, event_kind kind, memory_order order, location_id location);
  /// Puts write `w` at `position` of its coherence order, moving it there if it is in already.
  void place(event_id w, std::uint32_t position);
  void keep_operation(event_id read, const operation& op);
  void note_creation(thread_id created, event_id create);
  /// Forgets every event added after `last`.
  void cut(event_id last);
  void clear();

  /// Becomes `from` restricted to the events of `keep` (ascending; closed under porf, but for a
  /// read whose source is about to change), renumbered in the same order. `renamed[old]` receives
  /// the new names, no_event for those left out.
  void become_restriction(const execution_graph& from, std::span<const event_id> keep,
                          std::vector<event_id>& renamed);

 private:
  struct thread_state {
    std::vector<event_id> events;
    event_id creation = no_event;
  };

  void reserve_thread(thread_id thread);
  void reserve_location(location_id location);
  void link(event_id id);
  void unlink(event_id id);
  void widen(thread_id thread);

  std::vector<event> events_;
  std::vector<thread_state> threads_;
  std::vector<std::vector<event_id>> coherence_;  // by location
  std::vector<event_id> last_access_;             // by location and thread, clock width apart
  std::vector<operation> operations_;
  clock_pool clocks_;
};

}  // namespace heddle
