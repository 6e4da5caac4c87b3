// The shadow memory by itself: any address has its own cell, cells live for one execution, memory
// does not grow from one to the next.
#include "model/runtime/shadow.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <vector>

namespace heddle::runtime {
namespace {

std::uintptr_t address_of(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

int in_static_storage;
thread_local int in_thread_local_storage;

TEST(shadow, one_cell_per_granule_wherever_it_lies) {
  shadow_memory shadow;
  int on_stack = 0;
  const std::uintptr_t addresses[] = {0,
                                      8,
                                      0xffff,
                                      0x10000,
                                      0xffffffff,
                                      0x100000000,
                                      0x300000000000,
                                      0x300040000000,
                                      0x7fffffffffff,
                                      address_of(&on_stack),
                                      address_of(&in_static_storage),
                                      address_of(&in_thread_local_storage)};
  std::set<shadow_cell*> cells;
  std::set<std::uintptr_t> granules;
  for (std::uintptr_t address : addresses) {
    shadow_cell* cell = shadow.find(address);
    ASSERT_NE(cell, nullptr);
    EXPECT_EQ(shadow.find(address ^ 7), cell) << "the same granule";
    EXPECT_NE(shadow.find(address ^ 8), cell) << "its neighbour";
    cells.insert(cell);
    granules.insert(address / granule_bytes);
  }
  EXPECT_EQ(cells.size(), granules.size());
  EXPECT_EQ(shadow.find(std::uintptr_t{1} << 47), nullptr) << "not of user space";
  EXPECT_EQ(shadow.find(~std::uintptr_t{0}), nullptr);
}

TEST(shadow, finds_the_same_cell_after_others_displaced_it_from_the_cache) {
  shadow_memory shadow;
  std::vector<shadow_cell*> first;
  constexpr std::uintptr_t base = 0x200000000000;
  for (std::uintptr_t i = 0; i < 1000; ++i) first.push_back(shadow.find(base + (i << 16)));
  for (std::uintptr_t i = 0; i < 1000; ++i) EXPECT_EQ(shadow.find(base + (i << 16)), first[i]);
}

TEST(shadow, a_cell_lives_for_one_execution) {
  shadow_memory shadow;
  shadow_cell* cell = shadow.find(0x1000);
  EXPECT_FALSE(shadow.is_open(*cell));
  shadow.open(*cell, 0x1000);
  cell->object = 7;
  EXPECT_TRUE(shadow.is_open(*shadow.find(0x1000)));
  shadow.new_execution();
  EXPECT_FALSE(shadow.is_open(*cell));
  shadow.open(*cell, 0x1000);
  EXPECT_EQ(cell->object, 0u);
}

TEST(shadow, an_epoch_that_comes_round_again_does_not_revive_cells) {
  shadow_memory shadow(0xffffffff);
  shadow_cell* cell = shadow.find(0x1000);
  shadow.open(*cell, 0x1000);
  ASSERT_TRUE(shadow.is_open(*cell));
  shadow.new_execution();
  EXPECT_FALSE(shadow.is_open(*shadow.find(0x1000)));
  EXPECT_EQ(cell->epoch, 0u);
}

std::vector<std::uintptr_t> open_granules(shadow_memory& shadow, std::uintptr_t from,
                                          std::size_t size) {
  std::vector<std::uintptr_t> result;
  shadow.for_each_open(from, size, [&](shadow_cell&, std::uintptr_t granule) {
    result.push_back(granule);
    return true;
  });
  return result;
}

TEST(shadow, visits_exactly_the_open_cells_of_a_range) {
  shadow_memory shadow;
  constexpr std::uintptr_t base = 0x400000000000;
  const std::vector<std::uintptr_t> all = {base,           base + 8,       base + 0x1f8,
                                           base + 0x200,   base + 0xfff8,  base + 0x10000,
                                           base + 0x50010, base + 0xa00000};
  for (std::uintptr_t granule : all) shadow.open(*shadow.find(granule), granule);
  using list = std::vector<std::uintptr_t>;
  EXPECT_EQ(open_granules(shadow, base, 0xa00001), all);
  EXPECT_EQ(open_granules(shadow, base, 0xa00000), list(all.begin(), all.end() - 1));
  EXPECT_EQ(open_granules(shadow, base + 7, 1), list{base});
  EXPECT_EQ(open_granules(shadow, base + 7, 2), (list{base, base + 8}));
  EXPECT_EQ(open_granules(shadow, base + 0x10, 0x1e8), list{});
  EXPECT_EQ(open_granules(shadow, base, 0), list{});
  shadow.new_execution();
  EXPECT_EQ(open_granules(shadow, base, 0xa00001), list{});
}

TEST(shadow, a_visit_can_be_ended_early) {
  shadow_memory shadow;
  for (std::uintptr_t granule : {0x1000, 0x1008}) shadow.open(*shadow.find(granule), granule);
  int visits = 0;
  shadow.for_each_open(0x1000, 16, [&](shadow_cell&, std::uintptr_t) { return ++visits > 1; });
  EXPECT_EQ(visits, 1);
}

TEST(shadow, stamps_keep_what_they_are_made_of) {
  const access_stamp stamp = make_stamp(0xfffe, 0xfffffffe, 0x81, stamp_write);
  EXPECT_EQ(thread_of(stamp), 0xfffe);
  EXPECT_EQ(clock_of(stamp), 0xfffffffe);
  EXPECT_EQ(bytes_of(stamp), 0x81u);
}

TEST(shadow, covering_needs_the_same_thread_and_clock_all_bytes_and_a_write_for_a_write) {
  const access_stamp later = make_stamp(3, 5, 0x0c, 0);
  EXPECT_TRUE(covers(later, later));
  EXPECT_TRUE(covers(make_stamp(3, 5, 0x0f, stamp_write), later));
  EXPECT_FALSE(covers(make_stamp(3, 5, 0x04, stamp_write), later)) << "bytes";
  EXPECT_FALSE(covers(later, make_stamp(3, 5, 0x0c, stamp_write))) << "a read covers no write";
  EXPECT_FALSE(covers(make_stamp(2, 5, 0xff, stamp_write), later)) << "thread";
  EXPECT_FALSE(covers(make_stamp(3, 4, 0xff, stamp_write), later)) << "clock";
  EXPECT_FALSE(covers(make_stamp(3, 5, 0xff, stamp_write | stamp_birth), later)) << "allocation";
  EXPECT_FALSE(covers(0, make_stamp(0, 0, 0x01, 0))) << "an empty entry";
}

}  // namespace
}  // namespace heddle::runtime
