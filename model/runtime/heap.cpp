#include "model/runtime/heap.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <new>

#include "model/runtime/shadow.hpp"

namespace heddle::runtime {
namespace {

/// Address space for the records of an arena: enough for blocks of 48 bytes and their gaps.
std::size_t records_per_arena(std::size_t bytes_per_thread) { return bytes_per_thread / 64; }

}  // namespace

heap::heap(const heap_options& options) : threads_(options.threads) {
  if (!std::has_single_bit(options.bytes_per_thread) || options.bytes_per_thread < 65536) {
    broken_invariant("an arena must be a power of two and hold 64 KiB at least");
  }
  arena_bits_ = std::countr_zero(options.bytes_per_thread);
  const std::size_t bytes = threads_ * options.bytes_per_thread;
  const std::size_t per_arena = records_per_arena(options.bytes_per_thread);
  void* region = ::mmap(reinterpret_cast<void*>(options.region), bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (region == MAP_FAILED) {
    reserve_error_ = errno;
    return;
  }
  begin_ = reinterpret_cast<std::uintptr_t>(region);
  bytes_ = bytes;
  // Arenas are touched at their beginnings only: huge pages would waste 2 MiB for each.
  ::madvise(region, bytes, MADV_NOHUGEPAGE);
  const std::size_t arena_table_bytes = threads_ * sizeof(arena);
  records_ = map_pages(arena_table_bytes + threads_ * per_arena * sizeof(block));
  // Kernels before 4.17 take the address for a mere wish.
  if (records_ == nullptr || begin_ != options.region) {
    reserve_error_ = records_ == nullptr ? ENOMEM : EEXIST;
    ::munmap(region, bytes);
    begin_ = bytes_ = 0;
    return;
  }
  arenas_ = static_cast<arena*>(records_);
  auto* all_records =
      reinterpret_cast<block*>(static_cast<std::byte*>(records_) + arena_table_bytes);
  for (std::size_t i = 0; i < threads_; ++i) {
    std::byte* memory = static_cast<std::byte*>(region) + (i << arena_bits_);
    new (&arenas_[i])
        arena({memory, options.bytes_per_thread}, {all_records + i * per_arena, per_arena});
  }
}

heap::~heap() {
  if (bytes_ == 0) return;
  const std::size_t per_arena = records_per_arena(std::size_t{1} << arena_bits_);
  ::munmap(reinterpret_cast<void*>(begin_), bytes_);
  ::munmap(records_, threads_ * (sizeof(arena) + per_arena * sizeof(block)));
}

void heap::new_execution() {
  for (std::size_t i = 0; i < used_arenas_; ++i) arenas_[i].reset();
  used_arenas_ = 0;
  live_ = 0;
  leak_checks_ = 0;
}

allocation heap::allocate(const requester& by, const allocation_request& request) noexcept {
  if (by.thread >= threads_ || bytes_ == 0) return {nullptr, allocation_error::too_many_threads};
  const std::size_t alignment = request.alignment;
  if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
    return {nullptr, allocation_error::bad_alignment};
  }
  block* made = arenas_[by.thread].allocate(by, request);
  if (made == nullptr) {
    const std::size_t whole = (std::size_t{1} << arena_bits_) - 2 * arena::gap_bytes;
    const bool hopeless = request.size > whole || request.alignment > whole;
    return {nullptr, hopeless ? allocation_error::too_large : allocation_error::arena_full};
  }
  ++live_;
  used_arenas_ = std::max(used_arenas_, std::size_t{by.thread} + 1);
  return {made->start, allocation_error::none};
}

release_outcome heap::release(const requester& by, void* p, allocation_family family) noexcept {
  if (p == nullptr) return {free_result::ok, nullptr};
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  if (!owns(address)) return {free_result::not_ours, nullptr};
  block* which = arena_around(address)->starting_at(address);
  if (which == nullptr) return {free_result::not_a_block, nearest(address)};
  if (!which->live) return {free_result::already_freed, which};
  which->live = false;
  which->freed.thread = by.thread;
  which->freed.clock = by.clock;
  which->freed.stack = by.stack;
  --live_;
  return {which->family == family ? free_result::ok : free_result::wrong_family, which};
}

reallocation heap::reallocate(const requester& by, void* p, std::size_t size) noexcept {
  if (p == nullptr) return {free_result::ok, allocate(by, {size}), nullptr};
  const block* old = find(p);
  if (old == nullptr) {
    return {owns(p) ? free_result::not_a_block : free_result::not_ours, {}, nullptr};
  }
  if (!old->live) return {free_result::already_freed, {}, old};
  if (old->family != allocation_family::malloc) return {free_result::wrong_family, {}, old};
  const allocation fresh = allocate(by, {size});
  if (fresh.address == nullptr) return {free_result::ok, fresh, nullptr};
  copy_bytes(fresh.address, p, std::min(size, old->size));
  return {free_result::ok, fresh, release(by, p).which};
}

const block* heap::find(const void* p) const {
  if (!owns(p)) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  return arena_around(address)->starting_at(address);
}

const block* heap::nearest(std::uintptr_t address) const {
  if (!owns(address)) return nullptr;
  const arena* around = arena_around(address);
  if (const block* found = around->at_or_before(address)) return found;
  const std::span<const block> all = around->blocks();
  return all.empty() ? nullptr : &all.front();
}

std::span<const block> heap::blocks_of(thread_id thread) const {
  return thread < used_arenas_ ? arenas_[thread].blocks() : std::span<const block>{};
}

arena* heap::arena_around(std::uintptr_t address) const {
  return &arenas_[(address - begin_) >> arena_bits_];
}

block* heap::live_block_around(std::uintptr_t address) const {
  if (!owns(address)) return nullptr;
  block* found = arena_around(address)->at_or_before(address);
  if (found == nullptr || !found->live) return nullptr;
  const bool inside =
      found->contains(address) || reinterpret_cast<std::uintptr_t>(found->start) == address;
  return inside ? found : nullptr;
}

/// Puts the blocks to which these bytes point, and which were not reached yet, on the worklist.
block* heap::reach(std::span<const std::byte> bytes, block* worklist) {
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  const std::uintptr_t end = begin + bytes.size();
  std::uintptr_t word = (begin + 7) & ~std::uintptr_t{7};
  for (; word + 8 <= end; word += 8) {
    block* target = live_block_around(*reinterpret_cast<const volatile std::uintptr_t*>(word));
    if (target == nullptr || target->reached_in == leak_checks_) continue;
    target->reached_in = leak_checks_;
    target->next_reached = worklist;
    worklist = target;
  }
  return worklist;
}

std::vector<const block*> heap::leaks(std::span<const std::span<const std::byte>> roots) {
  std::vector<const block*> result;
  if (live_ == 0) return result;
  ++leak_checks_;
  block* worklist = nullptr;
  for (const auto& root : roots) worklist = reach(root, worklist);
  while (worklist != nullptr) {
    const block* next = worklist;
    worklist = worklist->next_reached;
    worklist = reach({next->start, next->size}, worklist);
  }
  for (std::size_t i = 0; i < used_arenas_; ++i) {
    for (const block& b : arenas_[i].blocks()) {
      if (b.live && b.reached_in != leak_checks_) result.push_back(&b);
    }
  }
  return result;
}

}  // namespace heddle::runtime
