// Exact detection of data races among the plain accesses of one execution, and, at the same
// look-up, of accesses to freed memory and to heap memory that belongs to no block.
//
// An access by thread t when t has performed `clock` events happens before an access by u iff
// t == u or the clock of u has more than `clock` for t. Two accesses race iff they overlap, are of
// different threads, unordered, at least one writes and at least one is plain. Each granule keeps
// the accesses that a later one could still race with; one may be forgotten only when a newer one
// dominates it: happens after it, touches all its bytes, is a write if it was, plain if it was.
// Then whoever races with the forgotten access races with the newer one as well. (FastTrack, PLDI
// 2009, keeps one write and a clock of reads; bytes and atomic accesses need a set.)
//
// The allocation of a block counts as a write to it, so does its release. Neither costs anything
// for granules that nobody touches: the first access to a granule of the heap in an execution asks
// the heap what lies there.
//
// The accesses must be reported in an order in which they can happen (any linear extension of
// happens-before). One kernel thread only. Steady state allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/program/program.hpp"
#include "model/runtime/heap.hpp"
#include "model/runtime/shadow.hpp"

namespace heddle::runtime {

/// Where a thread stands between two of its events: valid until its next one.
struct viewpoint {
  thread_id thread = 0;
  std::uint32_t clock = 0;              // recorder::events_of
  recorder::clock_view happens_before;  // of the next plain access
};

enum class access_kind : std::uint8_t {
  read,
  write,
  atomic_read,
  atomic_write,
  allocation,
  release
};

struct access {
  std::uintptr_t address = 0;
  std::size_t size = 0;
  thread_id thread = no_thread;
  std::uint32_t clock = 0;
  access_kind kind = access_kind::read;
  std::uintptr_t pc = 0;  // 0 for allocation and, as `earlier`, release: see conflict::where
};

enum class conflict_kind : std::uint8_t {
  none,
  race,           // with `earlier`
  freed,          // `earlier` is the release of the block `where`
  out_of_bounds,  // heap memory outside of every block; `where` is the nearest, null if none
  exhausted,      // not the program's fault: no memory left to remember accesses (or 4 GiB in one)
};

struct conflict {
  conflict_kind kind = conflict_kind::none;
  access earlier;
  access later;
  const block* where = nullptr;  // the heap block concerned, if any: has its allocation's stack
};

class race_detector {
 public:
  /// `memory` may be null: then there is no heap. Both must outlive the detector.
  explicit race_detector(const heap* memory, std::uint32_t overflow_entries = 1u << 24);
  ~race_detector();
  race_detector(const race_detector&) = delete;
  race_detector& operator=(const race_detector&) = delete;

  /// Forgets everything, in constant time.
  void new_execution();

  // The four questions below answer true when all is well. Else last_conflict() tells what is not;
  // of several races, one. The access is remembered all the same, unless it hit no valid memory.

  /// A plain access of 1, 2, 4 or 8 bytes (any size up to 8 is right).
  [[gnu::always_inline]] bool plain(std::uintptr_t address, std::uint32_t size, bool write,
                                    const viewpoint& view, std::uintptr_t pc) {
    if (is_known(address, size, write, view)) [[likely]]
      return true;
    return judge_granule(address, size, stamp_plain | (write ? stamp_write : 0), view, pc);
  }

  /// Whether a plain access needs no look at `view.happens_before`: the same thread has touched
  /// these bytes at the same clock. Never true for an access that has to be reported.
  [[gnu::always_inline]] bool is_known(std::uintptr_t address, std::uint32_t size, bool write,
                                       const viewpoint& view) const {
    const std::uint32_t bytes = ((1u << size) - 1) << address % granule_bytes;
    if (bytes > 0xff) [[unlikely]]
      return false;
    const shadow_cell* cell = shadow_.find_cached(address);
    if (cell == nullptr || !shadow_.is_open(*cell)) [[unlikely]]
      return false;
    const access_stamp stamp =
        make_stamp(view.thread, view.clock, bytes, stamp_plain | (write ? stamp_write : 0));
    const access_entry* entries = cell->entries;
    return covers(entries[0].stamp, stamp) || covers(entries[1].stamp, stamp) ||
           covers(entries[2].stamp, stamp);
  }

  /// A plain access of any size.
  bool range(std::uintptr_t address, std::size_t size, bool write, const viewpoint& view,
             std::uintptr_t pc) {
    return judge_range(address, size, stamp_plain | (write ? stamp_write : 0), view, pc);
  }

  /// An atomic access, to be reported when its event is in the graph: `view.clock` is the index of
  /// the event, `view.happens_before` includes what it synchronises with. `write` if it stores.
  bool atomic(std::uintptr_t address, std::uint32_t size, bool write, const viewpoint& view,
              std::uintptr_t pc) {
    return judge_granule(address, size, write ? stamp_write : 0, view, pc);
  }

  /// The same for an atomic access that is not remembered: whoever asks this keeps the atomic
  /// accesses of the granule elsewhere and asks there about the plain ones.
  bool atomic_unremembered(std::uintptr_t address, std::size_t size, bool write,
                           const viewpoint& view, std::uintptr_t pc) {
    const std::uint32_t bytes = ((1u << (size & 15)) - 1) << address % granule_bytes;
    const shadow_cell* cell = shadow_.find_cached(address);
    if (size <= granule_bytes && bytes <= 0xff && cell != nullptr && shadow_.is_open(*cell) &&
        cell->overflow == 0 && ((cell->freed | cell->red) & bytes) == 0) [[likely]] {
      bool ordered = true;
      for (const access_entry& entry : cell->entries) {
        ordered &= entry.stamp == 0 || is_ordered(entry.stamp, view);
      }
      if (ordered) [[likely]] return true;
    }
    return judge_unremembered(address, size, write, view, pc);
  }

  /// The owner's word for the granule; 0 if there is none.
  std::uint32_t object_near(std::uintptr_t address) {
    const shadow_cell* cell = shadow_.find_cached(address);
    if (cell != nullptr && shadow_.is_open(*cell)) [[likely]] return cell->object;
    const std::uint32_t* word = object_at(address);
    return word == nullptr ? 0 : *word;
  }

  /// The block, already released in the heap, is given back now: a write to all of it. Whatever
  /// touches it from now on is told that it is freed.
  bool release(const block& which, const viewpoint& view, std::uintptr_t pc);

  /// The memory begins a new life that has nothing to do with the one before (the stack of a
  /// finished thread is given to another): its accesses and object words are dropped.
  void forget(std::uintptr_t address, std::size_t size);

  /// The owner's word for the granule: 0 until set in this execution. Null if the address is none.
  std::uint32_t* object_at(std::uintptr_t address);

  const conflict& last_conflict() const { return conflict_; }

 private:
  struct overflow_node {
    access_entry entry;
    std::uint32_t next;
  };

  enum class judgement : std::uint8_t { fine, race, exhausted };

  shadow_cell* open_cell(std::uintptr_t address);
  void describe_heap_granule(shadow_cell& cell, std::uintptr_t granule) const;
  bool judge_granule(std::uintptr_t address, std::uint32_t size, access_stamp properties,
                     const viewpoint& view, std::uintptr_t pc);
  static bool is_ordered(access_stamp earlier, const viewpoint& view) {
    const thread_id thread = thread_of(earlier);
    if (thread == view.thread) return true;
    const recorder::clock_view& clocks = view.happens_before;
    return thread < clocks.width && clocks.entries[thread] > clock_of(earlier);
  }
  bool judge_unremembered(std::uintptr_t address, std::size_t size, bool write,
                          const viewpoint& view, std::uintptr_t pc);
  bool judge_range(std::uintptr_t address, std::size_t size, access_stamp properties,
                   const viewpoint& view, std::uintptr_t pc);
  judgement judge(shadow_cell& cell, access_stamp stamp, const viewpoint& view, std::uintptr_t pc);
  judgement judge_all(shadow_cell& cell, access_stamp stamp, const viewpoint& view,
                      std::uintptr_t pc);
  bool judge_overflow(shadow_cell& cell, access_stamp stamp, const viewpoint& view);
  bool remember_in_overflow(shadow_cell& cell, const access_entry& entry);
  std::uint32_t give_back(std::uint32_t index);
  void accuse(const access_entry& entry);
  void clear(shadow_cell& cell);
  void report_race(const access& later, std::uintptr_t granule);
  bool report_memory(const access& later, std::uintptr_t at, bool freed);
  bool report_exhausted(const access& later);

  shadow_memory shadow_;
  const heap* heap_;
  overflow_node* overflow_nodes_;  // 0 is no node
  std::uint32_t overflow_capacity_;
  std::uint32_t overflow_used_ = 1;
  std::uint32_t overflow_free_ = 0;
  access_entry culprit_{};  // what judge() found; stamp 0: nothing
  conflict conflict_;
};

}  // namespace heddle::runtime
