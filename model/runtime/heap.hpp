// The heap of the program under test: one arena for each model thread, in a region of fixed
// address, so that an address depends only on the thread and on the requests it made before.
//
// Nothing is reused within an execution; starting the next one takes O(threads that allocated). The
// heap keeps the books and judges what is given back; races and accesses to what was freed are the
// race detector's, which asks the heap what a byte belongs to. To free a block:
//
//   auto [result, which] = heap.release(by, p, family);
//   if (result != free_result::ok) report(result, which);
//   else if (which != nullptr && !races.release(*which, view, pc)) report(races.last_conflict());
//
// Nothing allocates with malloc except the list of leaks. One kernel thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/program/operation.hpp"
#include "model/runtime/arena.hpp"

namespace heddle::runtime {

enum class allocation_error : std::uint8_t {
  none,
  too_large,         // more than a whole arena holds
  arena_full,        // this thread has used up its arena in this execution
  too_many_threads,  // the thread has no arena
  bad_alignment,     // not a power of two
};

struct allocation {
  void* address = nullptr;
  allocation_error error = allocation_error::none;
};

enum class free_result : std::uint8_t {
  ok,
  not_a_block,    // in the heap's region, but nothing begins here
  already_freed,  // `which` tells where
  wrong_family,   // malloc with delete and the like; the block is freed none the less
  not_ours,       // outside the heap's region
};

struct release_outcome {
  free_result result;
  const block* which;  // ok, already_freed, wrong_family: the block; not_a_block: the one around
                       // or before the address, if any; else null
};

struct reallocation {
  free_result result;  // anything but ok: nothing happened
  allocation fresh;    // its address is null on failure: the old block lives on
  const block* freed;  // to be passed to the race detector; null if there was none
};

struct heap_options {
  std::uintptr_t region = 0x3000'0000'0000;
  std::size_t threads = 256;
  std::size_t bytes_per_thread = std::size_t{1} << 30;  // a power of two, at least 64 KiB
};

class heap {
 public:
  explicit heap(const heap_options& options = {});
  ~heap();
  heap(const heap&) = delete;
  heap& operator=(const heap&) = delete;

  /// 0, or the errno of the kernel's refusal to reserve the region: then every request is refused
  /// as too_many_threads.
  int reserve_error() const { return reserve_error_; }

  /// Drops all blocks of the last execution.
  void new_execution();

  allocation allocate(const requester& by, const allocation_request& request) noexcept;

  /// Null is `ok` with no block, as for free(nullptr).
  release_outcome release(const requester& by, void* p,
                          allocation_family family = allocation_family::malloc) noexcept;

  /// As realloc, but that `size` 0 makes a block of size 0. The contents move to a new address.
  reallocation reallocate(const requester& by, void* p, std::size_t size) noexcept;

  bool owns(const void* p) const { return owns(reinterpret_cast<std::uintptr_t>(p)); }
  bool owns(std::uintptr_t address) const { return address - begin_ < bytes_; }

  /// The block, live or freed, which begins exactly here; null if none does.
  const block* find(const void* p) const;

  /// The block, live or freed, that holds this address; else the one before it in the same arena;
  /// else the first one of it; null if the arena is empty or the address not the heap's.
  const block* nearest(std::uintptr_t address) const;

  /// All blocks of a thread in this execution, in the order of allocation.
  std::span<const block> blocks_of(thread_id thread) const;

  std::size_t live_blocks() const { return live_; }

  /// The live blocks to which no chain of pointers leads from `roots`, by thread and age. A pointer
  /// is any aligned word that holds an address inside a live block, or the beginning of one.
  std::vector<const block*> leaks(std::span<const std::span<const std::byte>> roots);

 private:
  arena* arena_around(std::uintptr_t address) const;
  block* live_block_around(std::uintptr_t address) const;
  block* reach(std::span<const std::byte> bytes, block* worklist);

  std::uintptr_t begin_ = 0;
  std::size_t bytes_ = 0;
  std::size_t threads_ = 0;
  unsigned arena_bits_ = 0;
  arena* arenas_ = nullptr;
  void* records_ = nullptr;
  std::size_t live_ = 0;
  std::size_t used_arenas_ = 0;    // no arena from here on has a block
  std::uint32_t leak_checks_ = 0;  // in this execution
  int reserve_error_ = 0;
};

}  // namespace heddle::runtime
