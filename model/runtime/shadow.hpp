// Shadow memory: one 64-byte cell for each aligned 8 bytes ("granule") of the address space, mapped
// on demand, whatever the address belongs to: stacks, static storage, thread-locals, the heap.
//
// A cell is valid only in the execution that opened it: it carries that execution's epoch, so that
// starting the next execution is one increment, and memory stays as large as the widest execution
// made it. Two tables lead to a page of cells (bits 47..32, then 31..16 of the address); a small
// direct-mapped cache in front of them makes a hot look-up two loads and a compare.
//
// Nothing here allocates with malloc; pages come from mmap and are kept. One kernel thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/program/operation.hpp"

namespace heddle::runtime {

/// Prints the sentence to standard error and traps: for what cannot happen.
[[noreturn]] void broken_invariant(const char* sentence) noexcept;

/// Zeroed pages that cost nothing until touched. Null when the kernel refuses.
void* map_pages(std::size_t bytes) noexcept;

inline constexpr std::uintptr_t granule_bytes = 8;

/// What an access is, packed so that "an earlier access covers this one" is one mask and compare:
/// clock (63..32), thread (31..16), the bytes of the granule (15..8), properties (7..0).
/// 0 denotes no access: a real one touches at least one byte.
using access_stamp = std::uint64_t;

inline constexpr access_stamp stamp_write = 1;  // else it reads
inline constexpr access_stamp stamp_birth = 2;  // the allocation of the block, seen as a write

constexpr access_stamp make_stamp(thread_id thread, std::uint32_t clock, std::uint32_t bytes,
                                  access_stamp properties) {
  return std::uint64_t{clock} << 32 | std::uint64_t{thread} << 16 | std::uint64_t{bytes} << 8 |
         properties;
}
constexpr std::uint32_t clock_of(access_stamp stamp) { return std::uint32_t(stamp >> 32); }
constexpr thread_id thread_of(access_stamp stamp) { return thread_id(stamp >> 16); }
constexpr std::uint32_t bytes_of(access_stamp stamp) { return stamp >> 8 & 0xff; }

/// Whether `earlier` is of the same thread and clock as `later`, touches all its bytes and is a
/// write if `later` is. A birth never covers, so that reports name the access rather than the
/// allocation before it.
constexpr bool covers(access_stamp earlier, access_stamp later) {
  return ((earlier ^ later) & (later | ~access_stamp{0xffff} | stamp_birth)) == 0;
}

struct alignas(64) shadow_cell {
  static constexpr std::size_t accesses = 3;

  std::uint32_t epoch;     // of the execution that opened it; 0: never opened
  std::uint32_t object;    // the owner's word, 0 when opened: first synchronisation object here
  std::uint32_t overflow;  // first of the accesses that found no room below; 0: none
  std::uint8_t freed;      // bytes of a freed block
  std::uint8_t red;        // heap bytes that belong to no block
  std::uint8_t spare[2];
  access_stamp stamps[accesses];  // those in use come first
  std::uintptr_t places[accesses];
};
static_assert(sizeof(shadow_cell) == 64);

class shadow_memory {
 public:
  explicit shadow_memory(std::uint32_t first_epoch = 1);
  ~shadow_memory();
  shadow_memory(const shadow_memory&) = delete;
  shadow_memory& operator=(const shadow_memory&) = delete;

  /// Closes every cell. Constant time (but once in 2^32 executions).
  void new_execution();

  /// The cell of the granule, open or not; null if its page was not used lately.
  shadow_cell* find_cached(std::uintptr_t address) const {
    const cached_page& cached = cache_[cache_index(address)];
    if (cached.number != address >> page_bits) [[unlikely]]
      return nullptr;
    return &cached.page->cells[cell_index(address)];
  }

  /// The cell of the granule, open or not. Null if no object can be there (the address is not one
  /// of user space) or the kernel has no memory left: see is_user_address.
  shadow_cell* find(std::uintptr_t address) {
    if (shadow_cell* cell = find_cached(address)) [[likely]]
      return cell;
    return find_uncached(address);
  }

  static constexpr bool is_user_address(std::uintptr_t address) { return address >> 47 == 0; }

  bool is_open(const shadow_cell& cell) const { return cell.epoch == epoch_; }

  /// Makes the cell of `address`, which must not be open, an empty one of this execution.
  void open(shadow_cell& cell, std::uintptr_t address) {
    // Member by member: as a whole it might become a call of memset, which is diverted to heddle.
    cell.epoch = epoch_;
    cell.object = cell.overflow = 0;
    cell.freed = cell.red = 0;
    cell.stamps[0] = cell.stamps[1] = cell.stamps[2] = 0;
    page_of(cell, address)->group_epoch[group_index(address)] = epoch_;
  }

  /// Calls `visit(cell, granule address)` for the open cells of a range, in order, until it answers
  /// false. Skips what was not touched in this execution, 512 bytes at a time.
  template <class Visit>
  void for_each_open(std::uintptr_t address, std::size_t size, Visit visit);

 private:
  static constexpr unsigned page_bits = 16;  // a page of cells covers 64 KiB
  static constexpr std::size_t cells_per_page = (std::size_t{1} << page_bits) / granule_bytes;
  static constexpr unsigned group_bits = 9;  // a group of cells covers 512 bytes
  static constexpr std::size_t groups_per_page = std::size_t{1} << (page_bits - group_bits);
  static constexpr std::size_t table_entries = std::size_t{1} << 16;
  static constexpr std::size_t cache_entries = 64;

  struct page {
    shadow_cell cells[cells_per_page];
    std::uint32_t group_epoch[groups_per_page];  // the last execution that opened a cell of it
  };
  struct table {
    page* pages[table_entries];
  };
  struct cached_page {
    std::uintptr_t number = ~std::uintptr_t{0};
    shadow_memory::page* page = nullptr;
  };

  static constexpr std::size_t cell_index(std::uintptr_t address) {
    return address / granule_bytes % cells_per_page;
  }
  static constexpr std::size_t group_index(std::uintptr_t address) {
    return (address >> group_bits) % groups_per_page;
  }
  /// Stacks and arenas lie at multiples of large powers of two: fold their numbers in.
  static constexpr std::size_t cache_index(std::uintptr_t address) {
    return (address >> page_bits ^ address >> 30) % cache_entries;
  }

  static page* page_of(shadow_cell& cell, std::uintptr_t address) {
    static_assert(offsetof(page, cells) == 0);
    return reinterpret_cast<page*>(&cell - cell_index(address));
  }
  shadow_cell* find_uncached(std::uintptr_t address);
  page* existing_page(std::uintptr_t address) const {
    const cached_page& cached = cache_[cache_index(address)];
    if (cached.number == address >> page_bits) [[likely]]
      return cached.page;
    return existing_page_uncached(address);
  }
  page* existing_page_uncached(std::uintptr_t address) const;
  void clear_all_pages();

  std::uint32_t epoch_;
  std::array<cached_page, cache_entries> cache_{};
  table** root_;
};

template <class Visit>
void shadow_memory::for_each_open(std::uintptr_t address, std::size_t size, Visit visit) {
  if (size == 0) return;
  const std::uintptr_t last = address + (size - 1);
  std::uintptr_t granule = address & ~(granule_bytes - 1);
  while (granule <= last) {
    page* found = existing_page(granule);
    if (found == nullptr) {
      granule = ((granule >> page_bits) + 1) << page_bits;
    } else if (found->group_epoch[group_index(granule)] != epoch_) {
      granule = ((granule >> group_bits) + 1) << group_bits;
    } else {
      shadow_cell* cell = &found->cells[cell_index(granule)];
      do {
        if (is_open(*cell) && !visit(*cell, granule)) return;
        ++cell;
        granule += granule_bytes;
      } while (granule <= last && granule % (std::uintptr_t{1} << group_bits) != 0);
    }
  }
}

}  // namespace heddle::runtime
