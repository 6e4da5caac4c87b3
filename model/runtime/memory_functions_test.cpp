#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "model/runtime/raw_bytes.hpp"

namespace heddle::runtime {
namespace {

using bytes = std::vector<unsigned char>;

bytes counted(std::size_t n) {
  bytes result(n);
  for (std::size_t i = 0; i < n; ++i) result[i] = static_cast<unsigned char>(i * 7 + 1);
  return result;
}

/// What a move is, one byte at a time through a copy.
bytes moved_slowly(bytes in, std::size_t to, std::size_t from, std::size_t size) {
  const bytes copy(in.begin() + static_cast<long>(from),
                   in.begin() + static_cast<long>(from + size));
  std::copy(copy.begin(), copy.end(), in.begin() + static_cast<long>(to));
  return in;
}

TEST(raw_move, all_small_sizes_and_overlaps) {
  for (std::size_t size = 0; size <= 200; ++size) {
    for (std::size_t to = 0; to <= 70; to += 5) {
      for (std::size_t from = 0; from <= 70; from += 7) {
        bytes memory = counted(300);
        const bytes expected = moved_slowly(memory, to, from, size);
        raw::move(memory.data() + to, memory.data() + from, size);
        ASSERT_EQ(memory, expected) << size << " bytes from " << from << " to " << to;
      }
    }
  }
}

TEST(raw_move, large_sizes_around_the_string_instruction) {
  for (std::size_t size : {2047u, 2048u, 2049u, 5000u, 65537u}) {
    for (std::size_t to : {0u, 1u, 100u}) {
      for (std::size_t from : {0u, 3u, 64u, 4000u}) {
        bytes memory = counted(size + 5000);
        const bytes expected = moved_slowly(memory, to, from, size);
        raw::move(memory.data() + to, memory.data() + from, size);
        ASSERT_EQ(memory, expected) << size << " bytes from " << from << " to " << to;
      }
    }
  }
}

TEST(raw_fill, writes_these_bytes_and_no_others) {
  for (std::size_t size :
       {0u, 1u, 2u, 7u, 8u, 9u, 15u, 16u, 63u, 64u, 1000u, 2047u, 2048u, 9999u}) {
    for (std::size_t to = 0; to < 9; ++to) {
      bytes memory = counted(size + 20);
      bytes expected = memory;
      std::fill_n(expected.begin() + static_cast<long>(to), size, 0xC3);
      raw::fill(memory.data() + to, 0xC3, size);
      ASSERT_EQ(memory, expected) << size << " bytes at " << to;
    }
  }
}

// The replacements as a program sees them; volatile so that they are called.
TEST(memory_functions, do_outside_what_the_standard_says) {
  volatile std::size_t n = 5;
  char to[16] = "...............";
  EXPECT_EQ(std::memcpy(to, "hello", n), to);
  EXPECT_EQ(std::memcmp(to, "hello.", n + 1), 0);
  EXPECT_LT(std::memcmp(to, "help", 4), 0);
  EXPECT_EQ(std::memchr(to, 'o', n), to + 4);
  EXPECT_EQ(std::memchr(to, 'x', n), nullptr);
  EXPECT_EQ(std::memset(to, 'z', n), to);
  EXPECT_EQ(std::string(to, 6), "zzzzz.");
  EXPECT_EQ(mempcpy(to, "ab", n - 3), to + 2);
}

TEST(string_functions, do_outside_what_the_standard_says) {
  volatile std::size_t n = 3;
  char to[16];
  EXPECT_EQ(std::strcpy(to, "heddle"), to);
  EXPECT_EQ(std::strlen(to), 6u);
  EXPECT_EQ(strnlen(to, n), 3u);
  EXPECT_EQ(strnlen(to, n + 10), 6u);
  EXPECT_EQ(std::strcat(to, "!"), to);
  EXPECT_EQ(std::strncat(to, "abcdef", n), to);
  EXPECT_STREQ(to, "heddle!abc");
  EXPECT_EQ(stpcpy(to, "loom"), to + 4);
  EXPECT_EQ(std::strcmp(to, "loom"), 0);
  EXPECT_GT(std::strcmp(to, "look"), 0);
  EXPECT_EQ(std::strncmp(to, "look", n), 0);
  EXPECT_EQ(std::strchr(to, 'o'), to + 1);
  EXPECT_EQ(std::strrchr(to, 'o'), to + 2);
  EXPECT_EQ(std::strchr(to, 'x'), nullptr);
  std::strncpy(to, "xy", n + 5);
  EXPECT_EQ(std::string(to, 8), std::string("xy\0\0\0\0\0\0", 8));
  char* const copy = strdup("shuttle");
  char* const part = strndup("shuttle", n);
  EXPECT_STREQ(copy, "shuttle");
  EXPECT_STREQ(part, "shu");
  free(copy);
  free(part);
}

}  // namespace
}  // namespace heddle::runtime
