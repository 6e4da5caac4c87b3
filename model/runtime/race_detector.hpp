// Exact detection of data races among the plain accesses of one execution, and, at the same
// look-up, of accesses to freed memory and to heap memory that belongs to no block.
//
// An access by thread t when t has performed `clock` events happens before an access by u iff
// t == u or the clock of u has more than `clock` for t. Two accesses race iff they overlap, are of
// different threads, unordered, at least one writes and at least one is plain. Each granule keeps
// the plain accesses that a later one could still race with; one may be forgotten only when a newer
// one dominates it: happens after it, touches all its bytes, and is a write if it was. Then whoever
// races with the forgotten access races with the newer one as well. (FastTrack, PLDI 2009, keeps
// one write and a clock of reads; bytes need a set.) Atomic accesses are compared with the plain
// ones but not kept: the execution graph has them all, and whoever performs a plain access where
// there is an atomic object asks the graph.
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
  std::uint32_t clock = 0;              // events that the thread has performed
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

  // The questions below answer true when all is well. Else last_conflict() tells what is not; of
  // several races, one. A plain access is remembered all the same, unless it hit no valid memory.

  /// A plain access of 1, 2, 4 or 8 bytes (any size up to 8 is right).
  bool plain(std::uintptr_t address, std::uint32_t size, bool write, const viewpoint& view,
             std::uintptr_t pc) {
    std::uint32_t object = 0;
    return settle(address, size, write, view, pc) || plain(address, size, write, view, pc, object);
  }

  /// The most common accesses: known, or to one granule which has no owner's word and remembers at
  /// most two, both ordered before. False: nothing is remembered, ask plain().
  [[gnu::always_inline]] bool settle(std::uintptr_t address, std::uint32_t size, bool write,
                                     const viewpoint& view, std::uintptr_t pc) {
    const std::uint32_t bytes = ((1u << size) - 1) << address % granule_bytes;
    if (bytes > 0xff) [[unlikely]]
      return false;
    return settle(address, make_stamp(view.thread, view.clock, bytes, write ? stamp_write : 0),
                  view, pc);
  }

  /// plain() for an access that was not settled; sets `object` to the owner's word of the granule,
  /// or, of an access to several, to anything but 0 if one has such a word.
  bool plain(std::uintptr_t address, std::uint32_t size, bool write, const viewpoint& view,
             std::uintptr_t pc, std::uint32_t& object);

  /// A plain access of any size; `object` as above.
  bool range(std::uintptr_t address, std::size_t size, bool write, const viewpoint& view,
             std::uintptr_t pc, std::uint32_t& object);
  bool range(std::uintptr_t address, std::size_t size, bool write, const viewpoint& view,
             std::uintptr_t pc) {
    std::uint32_t object = 0;
    return range(address, size, write, view, pc, object);
  }

  /// An atomic access, to be reported when its event is in the graph: `view.happens_before`
  /// includes what it synchronises with. `write` if it stores. Not remembered.
  bool atomic(std::uintptr_t address, std::size_t size, bool write, const viewpoint& view,
              std::uintptr_t pc) {
    const std::uint32_t bytes = ((1u << (size & 15)) - 1) << address % granule_bytes;
    const shadow_cell* cell = shadow_.find_cached(address);
    if (size <= granule_bytes && bytes <= 0xff && cell != nullptr && shadow_.is_open(*cell) &&
        cell->overflow == 0 && ((cell->freed | cell->red) & bytes) == 0) [[likely]] {
      bool ordered = true;
      for (const access_stamp stamp : cell->stamps) {
        if (stamp == 0) break;
        ordered &= is_ordered(stamp, view);
      }
      if (ordered) [[likely]]
        return true;
    }
    return judge_atomic(address, size, write, view, pc);
  }

  /// The block, already released in the heap, is given back now: a write to all of it. Whatever
  /// touches it from now on is told that it is freed. `object` as for range().
  bool release(const block& which, const viewpoint& view, std::uintptr_t pc, std::uint32_t& object);

  /// The owner's word for the granule: 0 until set in this execution. Null if the address is none.
  std::uint32_t* object_at(std::uintptr_t address);

  const conflict& last_conflict() const { return conflict_; }

 private:
  struct overflow_node {
    access_stamp stamp;
    std::uintptr_t pc;
    std::uint32_t next;
  };

  enum class judgement : std::uint8_t { fine, race, exhausted };

  bool settle(std::uintptr_t address, access_stamp stamp, const viewpoint& view, std::uintptr_t pc);
  shadow_cell* open_cell(std::uintptr_t address);
  void open(shadow_cell& cell, std::uintptr_t address);
  void describe_heap_granule(shadow_cell& cell, std::uintptr_t granule) const;
  static bool is_ordered(access_stamp earlier, const viewpoint& view) {
    const thread_id thread = thread_of(earlier);
    if (thread == view.thread) return true;
    const recorder::clock_view& clocks = view.happens_before;
    return thread < clocks.width && clocks.entries[thread] > clock_of(earlier);
  }
  bool judge_atomic(std::uintptr_t address, std::size_t size, bool write, const viewpoint& view,
                    std::uintptr_t pc);
  bool comes_after_all(const shadow_cell& cell, access_stamp stamp, const viewpoint& view);
  judgement judge(shadow_cell& cell, access_stamp stamp, const viewpoint& view, std::uintptr_t pc);
  bool judge_overflow(shadow_cell& cell, access_stamp stamp, const viewpoint& view);
  bool remember_in_overflow(shadow_cell& cell, access_stamp stamp, std::uintptr_t pc);
  std::uint32_t give_back(std::uint32_t index);
  void accuse(access_stamp stamp, std::uintptr_t pc);
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
  access_stamp culprit_ = 0;  // what judge() found; 0: nothing
  std::uintptr_t culprit_pc_ = 0;
  conflict conflict_;
};

}  // namespace heddle::runtime
