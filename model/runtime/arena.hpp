// The heap of one model thread: a fixed stretch of address space, handed out from its beginning and
// never twice in the same execution. So an address depends on nothing but the requests of its own
// thread, and whoever touches a freed block touches nothing else.
//
//   | gap, 16 bytes or more; its last 8 hold the block's number | block | gap | block | gap …
//
// Records of the blocks are kept apart, where a stray write of the program does not reach them; the
// number in the gap is only a hint that is checked against the record.
//
// The memory of a new block holds the pattern 0xA5 (zero when asked for), so that the effects of an
// uninitialised read are the same in every replay. Blocks of 1 MiB and more begin on a page of
// their own and hold zeros instead: they come from the kernel untouched and cost what is used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/program/operation.hpp"

namespace heddle::runtime {

/// Identifies a call stack that the caller has recorded; means nothing here.
using stack_id = std::uint32_t;

/// With what a block was asked for; it must be given back with the same.
enum class allocation_family : std::uint8_t { malloc, single_new, array_new };

/// Who asks, when (events that the thread has performed so far), and from where.
struct requester {
  thread_id thread = 0;
  std::uint32_t clock = 0;
  stack_id stack = 0;
};

struct allocation_request {
  std::size_t size = 0;
  std::size_t alignment = 16;  // a power of two; less than 16 counts as 16
  allocation_family family = allocation_family::malloc;
  bool zeroed = false;
};

struct block {
  std::byte* start;
  std::size_t size;     // as requested, so that the first byte behind it is already out of bounds
  block* next_reached;  // the worklist of the leak check
  std::uint32_t reached_in;  // the leak check that reached it last
  std::uint32_t number;      // position among its thread's requests, from 0
  requester allocated;
  requester freed;  // meaningful unless live
  allocation_family family;
  bool live;

  bool contains(std::uintptr_t address) const {
    return address - reinterpret_cast<std::uintptr_t>(start) < size;
  }
};

class arena {
 public:
  static constexpr std::size_t gap_bytes = 16;
  static constexpr std::size_t large_bytes = std::size_t{1} << 20;
  static constexpr std::byte pattern{0xA5};

  arena() = default;
  /// Both stretches are the arena's alone and hold zeros.
  arena(std::span<std::byte> memory, std::span<block> records);

  /// Forgets all blocks; the same requests will be answered by the same addresses.
  void reset() {
    top_ = gap_bytes;
    count_ = 0;
  }

  /// Null if the arena has no room left. O(size) below 1 MiB, else O(1) and the kernel's work.
  block* allocate(const requester& by, const allocation_request& request) noexcept;

  /// The block that begins exactly here, live or freed; null if none does.
  block* starting_at(std::uintptr_t address) const;

  /// The last block that begins at or before `address`, null if there is none.
  block* at_or_before(std::uintptr_t address) const;

  std::span<block> blocks() const { return records_.first(count_); }

 private:
  bool fill_large(std::size_t begin, std::size_t end);

  std::span<std::byte> memory_;
  std::span<block> records_;
  std::size_t top_ = gap_bytes;  // where the next block may begin
  std::size_t dirty_ = 0;        // from here on nothing was ever handed out
  std::uint32_t count_ = 0;
  mutable std::uint32_t recent_ = 0;  // found last: mostly the next question is about it again
};

/// As std::memcpy, without the call: the program's memory functions may be watched by their
/// callers.
void copy_bytes(void* to, const void* from, std::size_t size) noexcept;

}  // namespace heddle::runtime
