// Data races where whole ranges of bytes are accessed at once: memcpy, memset, memmove, copies of
// structures, unaligned words.
#include <array>
#include <cstdint>
#include <cstring>
#include <heddle/check.hpp>
#include <thread>

#include "properties/diagnosis/opaque.hpp"

namespace {

HEDDLE_CHECK(race_memcpy_writes) {
  char target[64] = {};
  const char source[64] = {1};
  std::thread other([&] { std::memcpy(target, source, sizeof target); });
  diagnosis::opaque(target[40]);
  other.join();
}

HEDDLE_CHECK(race_memcpy_reads) {
  char source[64] = {};
  char target[64];
  std::thread other([&] {
    std::memcpy(target, source, sizeof source);
    diagnosis::opaque(&target[0]);
  });
  source[63] = 1;
  other.join();
}

HEDDLE_CHECK(race_memset) {
  char target[64] = {};
  std::thread other([&] { std::memset(target, 1, sizeof target); });
  diagnosis::opaque(target[0]);
  other.join();
}

HEDDLE_CHECK(race_memmove) {
  char target[64] = {};
  std::thread other([&] { std::memmove(target + 8, target, 32); });
  target[39] = 1;
  other.join();
}

/// Each thread has its half: the boundary is not at a multiple of eight.
HEDDLE_CHECK(race_halves_of_a_buffer_is_none) {
  char target[64] = {};
  std::thread other([&] { std::memset(target, 1, 27); });
  std::memset(target + 27, 2, sizeof target - 27);
  other.join();
  heddle::require(target[26] == 1 && target[27] == 2);
}

HEDDLE_CHECK(race_halves_of_a_buffer_overlap) {
  char target[64] = {};
  std::thread other([&] { std::memset(target, 1, 28); });
  std::memset(target + 27, 2, sizeof target - 27);
  other.join();
}

struct point {
  long x, y, z;
};

HEDDLE_CHECK(race_structure_copy) {
  point shared{1, 2, 3};
  std::thread other([&] { shared = point{4, 5, 6}; });
  diagnosis::opaque(shared.z);
  other.join();
}

HEDDLE_CHECK(race_structure_copies_is_none) {
  const point shared{1, 2, 3};
  point first{}, second{};
  std::thread other([&] { first = shared; });
  second = shared;
  other.join();
  heddle::require(first.z == 3 && second.z == 3);
}

#pragma pack(push, 1)
struct packed {
  char first = 0;
  std::uint32_t second = 0;
  char third = 0;
};
#pragma pack(pop)

HEDDLE_CHECK(race_unaligned) {
  packed shared;
  std::thread other([&] { shared.second = 1; });
  diagnosis::opaque(reinterpret_cast<const char*>(&shared)[4]);
  other.join();
}

HEDDLE_CHECK(race_unaligned_neighbours_is_none) {
  packed shared;
  std::thread first([&] { shared.first = 1; });
  std::thread second([&] { shared.second = 2; });
  shared.third = 3;
  first.join();
  second.join();
}

}  // namespace
