// Copies and fills memory without calling anything: memcpy, memmove and memset are themselves among
// the functions that heddle replaces, for the program and for itself.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::runtime::raw {

template <typename T>
struct unaligned {
  using type __attribute__((may_alias, aligned(1))) = T;
};
using word2 = unaligned<std::uint16_t>::type;
using word4 = unaligned<std::uint32_t>::type;
using word8 = unaligned<std::uint64_t>::type;
using vector16 = long long __attribute__((vector_size(16)));
using word16 = unaligned<vector16>::type;

/// From here on the processor's own string instructions are faster than a loop.
inline constexpr std::size_t string_instruction_bytes = 2048;

/// Keeps the compiler from recognising a loop as the function that it implements.
inline void no_idiom() { asm volatile("" ::: "memory"); }

/// `width` <= size <= 2 · width. Reads everything before it writes anything.
/// The word is named inside: as a template argument a type loses its alignment.
template <typename Value>
inline void move_ends(std::byte* to, const std::byte* from, std::size_t size) {
  using Word = typename unaligned<Value>::type;
  const Word first = *reinterpret_cast<const Word*>(from);
  const Word last = *reinterpret_cast<const Word*>(from + size - sizeof(Word));
  *reinterpret_cast<Word*>(to) = first;
  *reinterpret_cast<Word*>(to + size - sizeof(Word)) = last;
}

/// At most 64 bytes, overlapping as they like.
inline void move_few(std::byte* to, const std::byte* from, std::size_t size) {
  if (size > 32) {
    const auto in = [from](std::size_t at) { return *reinterpret_cast<const word16*>(from + at); };
    const auto out = [to](std::size_t at, word16 w) { *reinterpret_cast<word16*>(to + at) = w; };
    const word16 a = in(0), b = in(16), c = in(size - 32), d = in(size - 16);
    out(0, a);
    out(16, b);
    out(size - 32, c);
    out(size - 16, d);
  } else if (size >= 16) {
    move_ends<vector16>(to, from, size);
  } else if (size >= 8) {
    move_ends<std::uint64_t>(to, from, size);
  } else if (size >= 4) {
    move_ends<std::uint32_t>(to, from, size);
  } else if (size >= 2) {
    move_ends<std::uint16_t>(to, from, size);
  } else if (size == 1) {
    *to = *from;
  }
}

/// As std::memmove: the two ranges may overlap.
inline void move(void* destination, const void* source, std::size_t size) {
  auto* to = static_cast<std::byte*>(destination);
  const auto* from = static_cast<const std::byte*>(source);
  if (size <= 64) return move_few(to, from, size);
  const auto ahead = reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
  if (ahead < size) {  // the end of `from` would be overwritten before it is read
    while (size > 64) {
      size -= 64;
      move_few(to + size, from + size, 64);
      no_idiom();
    }
    return move_few(to, from, size);
  }
  if (size >= string_instruction_bytes) {
    asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return;
  }
  while (size > 64) {
    move_few(to, from, 64);
    to += 64;
    from += 64;
    size -= 64;
    no_idiom();
  }
  move_few(to, from, size);
}

/// As std::memset.
inline void fill(void* destination, unsigned char byte, std::size_t size) {
  auto* to = static_cast<std::byte*>(destination);
  if (size >= string_instruction_bytes) {
    asm volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return;
  }
  const std::uint64_t eight = byte * 0x0101010101010101u;
  if (size >= 8) {
    const std::size_t last = size - 8;
    for (std::size_t i = 0; i < last; i += 8) {
      *reinterpret_cast<word8*>(to + i) = eight;
      no_idiom();
    }
    *reinterpret_cast<word8*>(to + last) = eight;
    return;
  }
  for (std::size_t i = 0; i < size; ++i) {
    to[i] = static_cast<std::byte>(byte);
    no_idiom();
  }
}

}  // namespace heddle::runtime::raw
