#include "model/runtime/race_detector.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>

#include "model/runtime/ended_stacks.hpp"

namespace heddle::runtime {
namespace {

constexpr std::size_t range_bytes_max = std::size_t{1} << 32;
constexpr access_stamp bytes_mask = 0xff00;

constexpr std::uint32_t first_bytes(std::size_t count) {
  return count >= granule_bytes ? 0xff : (1u << count) - 1;
}

/// Provided that `earlier` is ordered before `later`.
constexpr bool dominates(access_stamp later, access_stamp earlier) {
  return (earlier & ~later & (bytes_mask | stamp_write)) == 0;
}

constexpr bool interferes(access_stamp a, access_stamp b) {
  return (a & b & bytes_mask) != 0 && ((a | b) & stamp_write) != 0;
}

/// Same thread, clock and properties: one entry can stand for both if the place is the same too.
constexpr bool differs_in_bytes_only(access_stamp a, access_stamp b) {
  return ((a ^ b) & ~bytes_mask) == 0;
}

constexpr access_kind kind_of(access_stamp stamp) {
  if (stamp & stamp_birth) return access_kind::allocation;
  return (stamp & stamp_write) != 0 ? access_kind::write : access_kind::read;
}

}  // namespace

race_detector::race_detector(const heap* memory, std::uint32_t overflow_entries)
    : heap_(memory),
      overflow_nodes_(static_cast<overflow_node*>(
          map_pages((std::size_t{overflow_entries} + 1) * sizeof(overflow_node)))),
      overflow_capacity_(overflow_entries) {
  if (overflow_nodes_ == nullptr) broken_invariant("no address space for the race detector");
}

race_detector::~race_detector() {
  ::munmap(overflow_nodes_, (std::size_t{overflow_capacity_} + 1) * sizeof(overflow_node));
}

void race_detector::new_execution() {
  shadow_.new_execution();
  overflow_used_ = 1;
  overflow_free_ = 0;
  conflict_ = {};
}

inline shadow_cell* race_detector::open_cell(std::uintptr_t address) {
  shadow_cell* cell = shadow_.find(address);
  if (cell != nullptr && !shadow_.is_open(*cell)) open(*cell, address);
  return cell;
}

inline void race_detector::open(shadow_cell& cell, std::uintptr_t address) {
  shadow_.open(cell, address);
  if (heap_ != nullptr && heap_->owns(address)) {
    describe_heap_granule(cell, address & ~(granule_bytes - 1));
  }
}

void race_detector::describe_heap_granule(shadow_cell& cell, std::uintptr_t granule) const {
  cell.red = 0xff;
  const block* around = heap_->nearest(granule);
  if (around == nullptr || !around->contains(granule)) return;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(around->start) + around->size;
  const std::uint32_t bytes = first_bytes(end - granule);
  cell.red = std::uint8_t(~bytes);
  if (around->live) {
    cell.stamps[0] = make_stamp(around->allocated.thread, around->allocated.clock, bytes,
                                stamp_write | stamp_birth);
  } else {
    cell.freed = std::uint8_t(bytes);
  }
}

/// Compares the access with those that the cell remembers, forgets those that it dominates, and
/// remembers it. If one of them covers it there is nothing to find and nothing to remember: a
/// conflicting access of another thread, after the covering one and ordered with it, would need an
/// event of this thread in between, so the clock would be another.
race_detector::judgement race_detector::judge(shadow_cell& cell, access_stamp stamp,
                                              const viewpoint& view, std::uintptr_t pc) {
  constexpr unsigned none = shadow_cell::accesses;
  unsigned neighbour = none;
  unsigned kept = 0;
  unsigned used = 0;
  culprit_ = 0;
  for (; used < shadow_cell::accesses && cell.stamps[used] != 0; ++used) {
    const access_stamp earlier = cell.stamps[used];
    if (is_ordered(earlier, view)) {
      if (dominates(stamp, earlier) && !covers(earlier, stamp)) continue;
      if (covers(earlier, stamp)) return judgement::fine;
      if (differs_in_bytes_only(earlier, stamp) && cell.places[used] == pc) neighbour = kept;
    } else if (interferes(earlier, stamp)) {
      accuse(earlier, cell.places[used]);
    }
    if (kept != used) {
      cell.stamps[kept] = earlier;
      cell.places[kept] = cell.places[used];
    }
    ++kept;
  }
  // No loop: the compiler would make it a call of memset, which is diverted to heddle itself.
  if (kept == 0) cell.stamps[0] = 0;
  if (kept <= 1) cell.stamps[1] = 0;
  if (kept <= 2) cell.stamps[2] = 0;
  if (cell.overflow != 0 && !judge_overflow(cell, stamp, view)) return judgement::fine;
  if (neighbour != none) {
    cell.stamps[neighbour] |= stamp;
  } else if (kept < shadow_cell::accesses) {
    cell.stamps[kept] = stamp;
    cell.places[kept] = pc;
  } else if (!remember_in_overflow(cell, stamp, pc)) {
    return judgement::exhausted;
  }
  return culprit_ == 0 ? judgement::fine : judgement::race;
}

bool race_detector::settle(std::uintptr_t address, access_stamp stamp, const viewpoint& view,
                           std::uintptr_t pc) {
  shadow_cell* const cell = shadow_.find_cached(address);
  if (cell == nullptr) [[unlikely]]
    return false;
  const auto remember = [&](unsigned at) {
    cell->stamps[at] = stamp;
    cell->places[at] = pc;
    return true;
  };
  if (!shadow_.is_open(*cell)) {
    open(*cell, address);
  } else if (covers(cell->stamps[0], stamp) || covers(cell->stamps[1], stamp) ||
             covers(cell->stamps[2], stamp)) {
    return true;  // see judge()
  }
  const std::uint32_t bad = cell->freed | cell->red;
  if ((cell->object | cell->overflow | (bad & bytes_of(stamp))) != 0) return false;
  const access_stamp first = cell->stamps[0];
  const access_stamp second = cell->stamps[1];
  if (second == 0) {
    if (first == 0) return remember(0);
    // What another thread has touched on a stack may be gone with that thread: plain() asks.
    if (stacks_gone.has(thread_of(first)) && stacks_gone.contains(address)) return false;
    if (!is_ordered(first, view)) return false;
    return remember(dominates(stamp, first) ? 0 : 1);
  }
  if ((stacks_gone.has(thread_of(first)) || stacks_gone.has(thread_of(second))) &&
      stacks_gone.contains(address)) {
    return false;
  }
  if (cell->stamps[2] != 0 || !dominates(stamp, second) || !is_ordered(second, view) ||
      !is_ordered(first, view)) {
    return false;
  }
  if (!dominates(stamp, first)) return remember(1);
  cell->stamps[1] = 0;
  return remember(0);
}

bool race_detector::plain(std::uintptr_t address, std::uint32_t size, bool write,
                          const viewpoint& view, std::uintptr_t pc, std::uint32_t& object) {
  const std::uint32_t bytes = first_bytes(size) << address % granule_bytes;
  if (size > granule_bytes || bytes > 0xff) [[unlikely]] {
    return range(address, size, write, view, pc, object);
  }
  shadow_cell* cell = open_cell(address);
  if (cell == nullptr || (std::uint32_t(cell->freed | cell->red) & bytes) != 0) [[unlikely]] {
    return range(address, size, write, view, pc, object);
  }
  object = cell->object;
  const access_stamp stamp = make_stamp(view.thread, view.clock, bytes, write ? stamp_write : 0);
  const judgement found = judge(*cell, stamp, view, pc);
  if (found == judgement::fine) [[likely]]
    return true;
  const access whole{address, size, view.thread, view.clock, kind_of(stamp), pc};
  if (found == judgement::exhausted) return report_exhausted(whole);
  report_race(whole, address & ~(granule_bytes - 1));
  return false;
}

bool race_detector::range(std::uintptr_t address, std::size_t size, bool write,
                          const viewpoint& view, std::uintptr_t pc, std::uint32_t& object) {
  const access_stamp properties = write ? stamp_write : 0;
  const auto whole = [=, &view, begin = address, bytes = size] {
    return access{begin, bytes, view.thread, view.clock, kind_of(properties), pc};
  };
  if (size > range_bytes_max) [[unlikely]] {
    // No block is that large; and of other memory more cells would be needed than there is room.
    const bool in_heap = heap_ != nullptr && heap_->owns(address);
    return in_heap ? report_memory(whole(), address, false) : report_exhausted(whole());
  }
  bool fine = true;
  while (size != 0) {
    const std::size_t offset = address % granule_bytes;
    const std::size_t count = std::min(granule_bytes - offset, size);
    const std::uint32_t bytes = first_bytes(count) << offset;
    shadow_cell* cell = open_cell(address);
    if (cell == nullptr) [[unlikely]] {
      // Where no object can be, the access itself will end in a signal.
      return shadow_memory::is_user_address(address) ? report_exhausted(whole()) : fine;
    }
    if (std::uint32_t(cell->freed | cell->red) & bytes) [[unlikely]] {
      return report_memory(whole(), address, (cell->freed & bytes) != 0);
    }
    object |= cell->object;
    const access_stamp stamp = make_stamp(view.thread, view.clock, bytes, properties);
    const judgement found = judge(*cell, stamp, view, pc);
    if (found != judgement::fine) [[unlikely]] {
      if (found == judgement::exhausted) return report_exhausted(whole());
      if (fine) report_race(whole(), address - offset);
      fine = false;
    }
    address += count;
    size -= count;
  }
  return fine;
}

/// Whether no access that the cell remembers races with this one; else one is the culprit.
bool race_detector::comes_after_all(const shadow_cell& cell, access_stamp stamp,
                                    const viewpoint& view) {
  culprit_ = 0;
  const auto look = [&](access_stamp earlier, std::uintptr_t place) {
    if (!is_ordered(earlier, view) && interferes(earlier, stamp)) accuse(earlier, place);
  };
  for (unsigned i = 0; i < shadow_cell::accesses && cell.stamps[i] != 0; ++i) {
    look(cell.stamps[i], cell.places[i]);
  }
  for (std::uint32_t i = cell.overflow; i != 0; i = overflow_nodes_[i].next) {
    look(overflow_nodes_[i].stamp, overflow_nodes_[i].pc);
  }
  return culprit_ == 0;
}

bool race_detector::judge_atomic(std::uintptr_t address, std::size_t size, bool write,
                                 const viewpoint& view, std::uintptr_t pc) {
  const access whole{address,
                     size,
                     view.thread,
                     view.clock,
                     write ? access_kind::atomic_write : access_kind::atomic_read,
                     pc};
  for (std::uintptr_t at = address; at < address + size;) {
    const std::size_t offset = at % granule_bytes;
    const std::size_t count = std::min(granule_bytes - offset, address + size - at);
    const std::uint32_t bytes = first_bytes(count) << offset;
    shadow_cell* cell = open_cell(at);
    if (cell == nullptr) {
      // Where no object can be, the access itself will end in a signal.
      return shadow_memory::is_user_address(at) ? report_exhausted(whole) : true;
    }
    if (std::uint32_t(cell->freed | cell->red) & bytes) {
      return report_memory(whole, at, (cell->freed & bytes) != 0);
    }
    const access_stamp stamp = make_stamp(view.thread, view.clock, bytes, write ? stamp_write : 0);
    if (!comes_after_all(*cell, stamp, view)) {
      report_race(whole, at - offset);
      return false;
    }
    at += count;
  }
  return true;
}

/// The same for the entries outside the cell, but for remembering; false if one covers the access.
bool race_detector::judge_overflow(shadow_cell& cell, access_stamp stamp, const viewpoint& view) {
  for (std::uint32_t* link = &cell.overflow; *link != 0;) {
    overflow_node& node = overflow_nodes_[*link];
    if (covers(node.stamp, stamp)) return false;
    const bool ordered = is_ordered(node.stamp, view);
    if (ordered && dominates(stamp, node.stamp)) {
      *link = give_back(*link);
      continue;
    }
    if (!ordered && interferes(node.stamp, stamp)) accuse(node.stamp, node.pc);
    link = &node.next;
  }
  return true;
}

bool race_detector::remember_in_overflow(shadow_cell& cell, access_stamp stamp, std::uintptr_t pc) {
  std::uint32_t index = overflow_free_;
  if (index != 0) {
    overflow_free_ = overflow_nodes_[index].next;
  } else if (overflow_used_ <= overflow_capacity_) {
    index = overflow_used_++;
  } else {
    return false;
  }
  overflow_nodes_[index] = {stamp, pc, cell.overflow};
  cell.overflow = index;
  return true;
}

/// Frees a node and answers the one behind it.
std::uint32_t race_detector::give_back(std::uint32_t index) {
  const std::uint32_t behind = overflow_nodes_[index].next;
  overflow_nodes_[index].next = overflow_free_;
  overflow_free_ = index;
  return behind;
}

/// An access tells more than the allocation before it, so it replaces that as the culprit.
void race_detector::accuse(access_stamp stamp, std::uintptr_t pc) {
  if (culprit_ != 0 && (culprit_ & stamp_birth) == 0) return;
  culprit_ = stamp;
  culprit_pc_ = pc;
}

void race_detector::clear(shadow_cell& cell) {
  cell.stamps[0] = cell.stamps[1] = cell.stamps[2] = 0;
  while (cell.overflow != 0) cell.overflow = give_back(cell.overflow);
}

bool race_detector::release(const block& which, const viewpoint& view, std::uintptr_t pc,
                            std::uint32_t& object) {
  const auto start = reinterpret_cast<std::uintptr_t>(which.start);
  const auto whole = [&] {
    return access{start, which.size, view.thread, view.clock, access_kind::release, pc};
  };
  bool fine = true;
  shadow_.for_each_open(start, which.size, [&](shadow_cell& cell, std::uintptr_t granule) {
    const std::uint32_t bytes = first_bytes(start + which.size - granule);
    const access_stamp stamp = make_stamp(view.thread, view.clock, bytes, stamp_write);
    object |= cell.object;
    if (fine && !comes_after_all(cell, stamp, view)) {
      report_race(whole(), granule);
      fine = false;
    }
    clear(cell);
    cell.freed = std::uint8_t(bytes);
    return true;
  });
  const access_stamp birth =
      make_stamp(which.allocated.thread, which.allocated.clock, 0xff, stamp_write | stamp_birth);
  if (fine && !is_ordered(birth, view)) {
    culprit_ = birth;
    culprit_pc_ = 0;
    report_race(whole(), start);
    fine = false;
  }
  return fine;
}

std::uint32_t* race_detector::object_at(std::uintptr_t address) {
  shadow_cell* cell = open_cell(address);
  return cell == nullptr ? nullptr : &cell->object;
}

void race_detector::report_race(const access& later, std::uintptr_t granule) {
  const access_stamp stamp = culprit_;
  const std::uint32_t bytes = bytes_of(stamp);
  const unsigned lowest = std::countr_zero(bytes);
  const access earlier{granule + lowest, std::size_t(std::bit_width(bytes)) - lowest,
                       thread_of(stamp), clock_of(stamp),
                       kind_of(stamp),   culprit_pc_};
  const block* candidate = heap_ == nullptr ? nullptr : heap_->nearest(granule);
  const bool inside =
      candidate != nullptr &&
      granule - reinterpret_cast<std::uintptr_t>(candidate->start) <= candidate->size;
  conflict_ = {conflict_kind::race, earlier, later, inside ? candidate : nullptr};
  if (earlier.kind == access_kind::allocation && inside) {
    conflict_.earlier.address = reinterpret_cast<std::uintptr_t>(candidate->start);
    conflict_.earlier.size = candidate->size;
  }
}

bool race_detector::report_memory(const access& later, std::uintptr_t at, bool freed) {
  const block* nearest = heap_->nearest(at & ~(granule_bytes - 1));
  conflict_ = {conflict_kind::out_of_bounds, {}, later, nearest};
  if (!freed) return false;
  conflict_.kind = conflict_kind::freed;
  conflict_.earlier = {reinterpret_cast<std::uintptr_t>(nearest->start),
                       nearest->size,
                       nearest->freed.thread,
                       nearest->freed.clock,
                       access_kind::release,
                       0};
  return false;
}

bool race_detector::report_exhausted(const access& later) {
  conflict_ = {conflict_kind::exhausted, {}, later, nullptr};
  return false;
}

}  // namespace heddle::runtime
