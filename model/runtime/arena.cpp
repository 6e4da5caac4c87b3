#include "model/runtime/arena.hpp"

#include <emmintrin.h>
#include <sys/mman.h>

#include <algorithm>

namespace heddle::runtime {
namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t minimum_alignment = 16;

constexpr std::size_t round_up(std::size_t size, std::size_t alignment) {
  return (size + alignment - 1) & ~(alignment - 1);
}

/// Fills whole 16-byte units. Compilers turn plain loops into calls of memset, which the program's
/// interposed one would answer: hence the empty assembly and the string instruction.
void fill(std::byte* to, std::size_t size, std::byte with) {
  if (size > 512) {
    asm volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(with) : "memory");
    return;
  }
  const __m128i unit = _mm_set1_epi8(static_cast<char>(with));
  for (std::byte* end = to + size; to < end; to += 16) {
    _mm_store_si128(reinterpret_cast<__m128i*>(to), unit);
    asm volatile("" ::: "memory");
  }
}

}  // namespace

void copy_bytes(void* to, const void* from, std::size_t size) noexcept {
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

arena::arena(std::span<std::byte> memory, std::span<block> records)
    : memory_(memory), records_(records) {}

block* arena::allocate(const requester& by, const allocation_request& request) noexcept {
  const std::size_t room = memory_.size();
  const bool large = request.size >= large_bytes;
  const std::size_t unit = large ? page_bytes : minimum_alignment;
  const std::size_t alignment = std::max(request.alignment, unit);
  if (request.size > room || alignment > room || count_ == records_.size()) return nullptr;
  const std::size_t begin = round_up(top_, alignment);
  const std::size_t end = begin + round_up(std::max(request.size, std::size_t{1}), unit);
  if (end + gap_bytes > room) return nullptr;

  std::byte* start = memory_.data() + begin;
  if (large) {
    if (!fill_large(begin, end)) return nullptr;
  } else {
    fill(start, end - begin, request.zeroed ? std::byte{0} : pattern);
  }
  fill(memory_.data() + end, gap_bytes, pattern);
  *reinterpret_cast<std::uint64_t*>(start - sizeof(std::uint64_t)) = count_;

  block& made = records_[count_];
  // Member by member: a temporary, copied as a whole, costs more than all the rest.
  made.start = start;
  made.size = request.size;
  made.reached_in = 0;
  made.number = count_;
  made.allocated.thread = by.thread;
  made.allocated.clock = by.clock;
  made.allocated.stack = by.stack;
  made.family = request.family;
  made.live = true;
  top_ = end + gap_bytes;
  dirty_ = std::max(dirty_, top_);
  ++count_;
  return &made;
}

/// A large block is zero where nothing was handed out before, and elsewhere when the kernel has
/// taken its pages back.
bool arena::fill_large(std::size_t begin, std::size_t end) {
  if (begin >= dirty_) return true;
  const std::size_t used = std::min(end, round_up(dirty_, page_bytes)) - begin;
  return ::madvise(memory_.data() + begin, used, MADV_DONTNEED) == 0;
}

block* arena::starting_at(std::uintptr_t address) const {
  const std::uintptr_t base = reinterpret_cast<std::uintptr_t>(memory_.data());
  if (address % minimum_alignment != 0 || address - base < gap_bytes ||
      address - base >= memory_.size()) {
    return nullptr;
  }
  const std::uint64_t hint = reinterpret_cast<const std::uint64_t*>(address)[-1];
  if (hint < count_ && reinterpret_cast<std::uintptr_t>(records_[hint].start) == address) {
    return &records_[hint];
  }
  block* candidate = at_or_before(address);
  const bool exact =
      candidate != nullptr && reinterpret_cast<std::uintptr_t>(candidate->start) == address;
  return exact ? candidate : nullptr;
}

block* arena::at_or_before(std::uintptr_t address) const {
  const auto begins_at_or_before = [&](std::uint32_t i) {
    return reinterpret_cast<std::uintptr_t>(records_[i].start) <= address;
  };
  if (count_ == 0 || !begins_at_or_before(0)) return nullptr;
  if (begins_at_or_before(count_ - 1)) return &records_[count_ - 1];
  if (recent_ + 1 < count_ && begins_at_or_before(recent_) && !begins_at_or_before(recent_ + 1)) {
    return &records_[recent_];
  }
  std::uint32_t low = 0;
  std::uint32_t high = count_ - 1;
  while (high - low > 1) {  // low begins at or before the address, high behind it
    const std::uint32_t middle = low + (high - low) / 2;
    (begins_at_or_before(middle) ? low : high) = middle;
  }
  recent_ = low;
  return &records_[low];
}

}  // namespace heddle::runtime
