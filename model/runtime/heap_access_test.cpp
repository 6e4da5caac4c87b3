// What the race detector sees of the heap: bounds, use after free, races with allocation and
// release, each beside the correct use next to it; and memory that does not grow.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "model/runtime/heap.hpp"
#include "model/runtime/race_detector.hpp"

namespace heddle::runtime {
namespace {

std::uintptr_t address_of(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

viewpoint view_of(thread_id thread, std::uint32_t clock = 0,
                  std::span<const std::uint32_t> knows = {}) {
  return {thread, clock, {knows.data(), static_cast<std::uint32_t>(knows.size())}};
}

class watched_heap_test : public testing::Test {
 protected:
  std::byte* make(std::size_t size, requester by = {}) {
    return static_cast<std::byte*>(heap_.allocate(by, {size}).address);
  }
  bool write(std::byte* p, viewpoint view = {}) {
    return races_.plain(address_of(p), 1, true, view, 1);
  }
  bool release(std::byte* p, viewpoint view = {}) {
    const auto outcome = heap_.release({view.thread, view.clock, 0}, p);
    std::uint32_t object = 0;
    return outcome.result == free_result::ok && races_.release(*outcome.which, view, 2, object);
  }

  heap heap_{heap_options{.threads = 8, .bytes_per_thread = std::size_t{1} << 24}};
  race_detector races_{&heap_};
};

TEST_F(watched_heap_test, bounds_are_exact_to_the_byte) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::byte* p = make(size);
    for (std::ptrdiff_t i = -16; i < std::ptrdiff_t(size) + 16; ++i) {
      const bool inside = i >= 0 && i < std::ptrdiff_t(size);
      ASSERT_EQ(write(p + i), inside) << i << " of " << size;
      if (!inside) {
        EXPECT_EQ(races_.last_conflict().kind, conflict_kind::out_of_bounds);
        ASSERT_NE(races_.last_conflict().where, nullptr);
      }
    }
    EXPECT_TRUE(races_.range(address_of(p), size, true, view_of(0), 0));
    EXPECT_FALSE(races_.range(address_of(p), size + 1, true, view_of(0), 0));
    EXPECT_EQ(races_.last_conflict().where, heap_.find(p));
  }
}

TEST_F(watched_heap_test, memory_never_handed_out_is_out_of_bounds) {
  std::byte* p = make(64);
  EXPECT_FALSE(write(p + 5000));
  EXPECT_EQ(races_.last_conflict().where, heap_.find(p)) << "the nearest";
  EXPECT_FALSE(write(p + (std::size_t{1} << 24)));
  EXPECT_EQ(races_.last_conflict().where, nullptr) << "that thread has no block";
  EXPECT_FALSE(races_.range(address_of(p), ~std::size_t{0}, true, view_of(0), 0));
  EXPECT_EQ(races_.last_conflict().kind, conflict_kind::out_of_bounds);
}

TEST_F(watched_heap_test, use_after_free_touched_before_or_not) {
  for (bool touched : {false, true}) {
    for (std::size_t size : {1, 8, 13, 1000, 100'000, 2'000'000}) {
      std::byte* p = make(size, {0, 3, 30});
      if (touched) {
        EXPECT_TRUE(races_.range(address_of(p), size, true, view_of(0, 3), 1));
      }
      EXPECT_TRUE(release(p, view_of(0, 4)));
      for (std::size_t i : {std::size_t{0}, size / 2, size - 1}) {
        EXPECT_FALSE(write(p + i, view_of(0, 4)));
        const conflict& found = races_.last_conflict();
        EXPECT_EQ(found.kind, conflict_kind::freed);
        EXPECT_EQ(found.where, heap_.find(p));
        EXPECT_EQ(found.earlier.kind, access_kind::release);
        EXPECT_EQ(found.earlier.clock, 4u);
      }
      EXPECT_FALSE(races_.atomic(address_of(p), 1, false, view_of(0, 5), 1));
      EXPECT_FALSE(write(p + size, view_of(0, 5)));
      EXPECT_EQ(races_.last_conflict().kind, conflict_kind::out_of_bounds);
      EXPECT_TRUE(write(make(size, {0, 5}), view_of(0, 5))) << "its successor is another block";
    }
  }
}

TEST_F(watched_heap_test, free_races_with_an_unordered_access) {
  const std::uint32_t knows_allocation[] = {1, 0};
  const std::uint32_t knows_all[] = {1, 6};
  for (bool ordered : {false, true}) {
    std::byte* p = make(100, {0, 0});
    EXPECT_TRUE(races_.plain(address_of(p) + 96, 4, false, view_of(1, 5, knows_allocation), 9));
    EXPECT_EQ(release(p, view_of(2, 0, ordered ? knows_all : knows_allocation)), ordered);
    if (!ordered) {
      const conflict& found = races_.last_conflict();
      EXPECT_EQ(found.kind, conflict_kind::race);
      EXPECT_EQ(found.earlier.thread, 1);
      EXPECT_EQ(found.earlier.pc, 9u);
      EXPECT_EQ(found.later.kind, access_kind::release);
    }
  }
}

TEST_F(watched_heap_test, allocation_is_a_write_to_the_block) {
  const std::uint32_t knows[] = {4};
  std::byte* p = make(16, {0, 3, 33});
  EXPECT_TRUE(write(p, view_of(1, 0, knows)));
  EXPECT_FALSE(write(p + 8, view_of(2))) << "how did it come to know the address?";
  EXPECT_EQ(races_.last_conflict().kind, conflict_kind::race);
  EXPECT_EQ(races_.last_conflict().earlier.kind, access_kind::allocation);
  EXPECT_EQ(races_.last_conflict().earlier.size, 16u);
  EXPECT_EQ(races_.last_conflict().where->allocated.stack, 33u);

  std::byte* q = make(16, {0, 3});
  EXPECT_FALSE(release(q, view_of(2)));
  EXPECT_EQ(races_.last_conflict().earlier.kind, access_kind::allocation);
  EXPECT_TRUE(release(make(16, {0, 3}), view_of(1, 0, knows)));
}

TEST_F(watched_heap_test, a_race_names_the_access_rather_than_the_allocation) {
  std::byte* p = make(8, {0, 0});
  EXPECT_TRUE(races_.plain(address_of(p), 4, true, view_of(0), 7));
  EXPECT_FALSE(races_.plain(address_of(p), 8, false, view_of(1), 8));
  EXPECT_EQ(races_.last_conflict().earlier.kind, access_kind::write);
  EXPECT_EQ(races_.last_conflict().earlier.pc, 7u);
  EXPECT_EQ(races_.last_conflict().where, heap_.find(p));
}

TEST_F(watched_heap_test, the_next_execution_is_told_nothing_of_the_last) {
  std::byte* p = make(32);
  EXPECT_TRUE(write(p));
  EXPECT_TRUE(release(p));
  EXPECT_FALSE(write(p));
  heap_.new_execution();
  races_.new_execution();
  EXPECT_FALSE(write(p)) << "not allocated yet";
  EXPECT_EQ(races_.last_conflict().kind, conflict_kind::out_of_bounds);
  races_.new_execution();
  EXPECT_EQ(make(32), p);
  EXPECT_TRUE(write(p));
}

/// What is resident and belongs to no file, as the kernel counts it page by page: /proc/self/statm
/// is off by the counts of each processor, and includes code that was merely called since.
/// Allocates nothing, since under a sanitizer what it freed would stay resident.
std::size_t anonymous_kilobytes() {
  char text[2048] = {};
  const int file = ::open("/proc/self/smaps_rollup", O_RDONLY);
  const ssize_t length = ::read(file, text, sizeof text - 1);
  ::close(file);
  const char* line = length > 0 ? std::strstr(text, "Anonymous:") : nullptr;
  return line == nullptr ? 0 : std::strtoul(line + 10, nullptr, 10);
}

TEST_F(watched_heap_test, memory_is_flat_over_a_million_executions) {
  std::size_t early = 0;
  for (std::uint32_t execution = 0; execution < 1'000'000; ++execution) {
    heap_.new_execution();
    races_.new_execution();
    for (thread_id t = 0; t < 3; ++t) {
      std::byte* kept = make(24 + execution % 64, {t});
      std::byte* freed = make(40, {t});
      ASSERT_TRUE(write(kept, view_of(t)));
      ASSERT_TRUE(races_.plain(0x7000'0000'0000, 8, false, view_of(t), 0));
      ASSERT_TRUE(release(freed, view_of(t)));
    }
    // Sanitizers spread over their own stacks at first.
    if (execution == 10'000) early = anonymous_kilobytes();
  }
  ASSERT_GT(early, 0u);
  EXPECT_LE(anonymous_kilobytes(), early + 16)
      << "kilobytes: room for a few pages of the test itself";
}

}  // namespace
}  // namespace heddle::runtime
