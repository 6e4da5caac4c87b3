// The heap's books: each error beside the correct use next to it, addresses that depend on nothing
// else, leaks.
#include "model/runtime/heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <vector>

namespace heddle::runtime {
namespace {

using family = allocation_family;

std::uintptr_t address_of(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

class heap_test : public testing::Test {
 protected:
  std::byte* make(std::size_t size, requester by = {}) {
    return static_cast<std::byte*>(heap_.allocate(by, {size}).address);
  }

  heap heap_{heap_options{.threads = 8, .bytes_per_thread = std::size_t{1} << 24}};
};

TEST_F(heap_test, gives_what_was_asked_for) {
  ASSERT_EQ(heap_.reserve_error(), 0);
  for (std::size_t size : {0, 1, 8, 15, 16, 17, 100, 513, 70000, 1 << 20, 3000000}) {
    for (std::size_t alignment : {1, 8, 16, 64, 4096, 65536}) {
      const auto [p, error] = heap_.allocate({1, 2, 3}, {size, alignment, family::single_new});
      ASSERT_EQ(error, allocation_error::none);
      EXPECT_TRUE(heap_.owns(p));
      EXPECT_EQ(address_of(p) % std::max<std::size_t>(alignment, 16), 0u);
      std::memset(p, 7, size);
      const block* b = heap_.find(p);
      ASSERT_NE(b, nullptr);
      EXPECT_EQ(b->size, size);
      EXPECT_EQ(b->allocated.thread, 1);
      EXPECT_EQ(b->allocated.clock, 2u);
      EXPECT_EQ(b->allocated.stack, 3u);
      EXPECT_TRUE(b->live);
      EXPECT_EQ(b->family, family::single_new);
      heap_.new_execution();
    }
  }
}

TEST_F(heap_test, blocks_keep_their_contents_and_their_distance) {
  std::vector<std::byte*> blocks;
  for (int i = 0; i < 200; ++i) {
    blocks.push_back(make(i));
    std::memset(blocks.back(), i, i);
  }
  for (int i = 0; i < 200; ++i) {
    for (int k = 0; k < i; ++k) ASSERT_EQ(blocks[i][k], std::byte(i));
    if (i > 0) {
      EXPECT_GE(blocks[i] - (blocks[i - 1] + i - 1), 16);
    }
    EXPECT_EQ(heap_.find(blocks[i])->number, unsigned(i));
  }
  EXPECT_EQ(heap_.blocks_of(0).size(), 200u);
  EXPECT_EQ(heap_.live_blocks(), 200u);
}

TEST_F(heap_test, fresh_memory_is_the_same_in_each_execution) {
  for (std::size_t size : {24, 600, 1 << 20}) {
    const std::byte expected = size < arena::large_bytes ? arena::pattern : std::byte{0};
    for (int execution = 0; execution < 3; ++execution) {
      heap_.new_execution();
      make(40000 * execution);
      std::byte* p = make(size);
      for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(p[i], expected);
      std::memset(p, 1, size);
      auto* zeroed = static_cast<std::byte*>(heap_.allocate({}, {size, 16, {}, true}).address);
      for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(zeroed[i], std::byte{0});
      std::memset(zeroed, 1, size);
    }
  }
}

TEST_F(heap_test, addresses_depend_on_the_thread_and_its_own_requests_only) {
  using list = std::vector<std::byte*>;
  const auto run = [&](unsigned seed, bool other_threads) {
    heap_.new_execution();
    std::mt19937 sizes(seed);
    list result;
    for (int i = 0; i < 100; ++i) {
      if (other_threads) heap_.release({2}, make(i * 3, {2}));
      result.push_back(make(sizes() % 1000, {1}));
      if (other_threads && i % 3 == 0) heap_.release({0}, result.back());
    }
    return result;
  };
  const list alone = run(1, false);
  EXPECT_EQ(run(1, true), alone);
  EXPECT_NE(run(2, false), alone);
  EXPECT_EQ(run(1, false), alone);
  EXPECT_EQ(std::set<std::byte*>(alone.begin(), alone.end()).size(), alone.size());
}

TEST_F(heap_test, free_and_its_errors) {
  std::byte* p = make(100, {1, 5, 50});
  int not_on_the_heap = 0;
  EXPECT_EQ(heap_.release({}, &not_on_the_heap).result, free_result::not_ours);
  EXPECT_EQ(heap_.release({}, p + 16).result, free_result::not_a_block);
  EXPECT_EQ(heap_.release({}, p + 16).which, heap_.find(p));
  EXPECT_EQ(heap_.release({}, p + 1).result, free_result::not_a_block);
  EXPECT_EQ(heap_.release({}, p + 4096).result, free_result::not_a_block);
  EXPECT_EQ(heap_.release({}, p - 16).result, free_result::not_a_block);
  EXPECT_EQ(heap_.live_blocks(), 1u);

  const release_outcome freed = heap_.release({2, 7, 70}, p);
  EXPECT_EQ(freed.result, free_result::ok);
  EXPECT_EQ(freed.which, heap_.find(p));
  EXPECT_FALSE(freed.which->live);
  EXPECT_EQ(heap_.live_blocks(), 0u);

  const release_outcome again = heap_.release({3, 9, 90}, p);
  EXPECT_EQ(again.result, free_result::already_freed);
  EXPECT_EQ(again.which->allocated.stack, 50u);
  EXPECT_EQ(again.which->freed.thread, 2);
  EXPECT_EQ(again.which->freed.stack, 70u) << "the first place, not the second";

  heap_.new_execution();
  EXPECT_EQ(heap_.release({}, p).result, free_result::not_a_block) << "of the last execution";
  EXPECT_EQ(heap_.release({}, nullptr).result, free_result::ok);
}

TEST_F(heap_test, a_damaged_hint_misleads_nobody) {
  std::byte* first = make(24);
  std::byte* second = make(24);
  std::memset(second - 16, 0, 16);
  EXPECT_EQ(heap_.find(second)->start, second);
  std::memset(second - 16, 0xff, 16);
  EXPECT_EQ(heap_.release({}, second).result, free_result::ok);
  EXPECT_EQ(heap_.release({}, second).result, free_result::already_freed);
  EXPECT_EQ(heap_.release({}, first).result, free_result::ok);
}

TEST_F(heap_test, finds_the_nearest_block_in_any_order_of_questions) {
  EXPECT_EQ(heap_.nearest(address_of(make(8, {1})) - (std::size_t{1} << 24)), nullptr)
      << "thread 0 has none";
  for (int i = 0; i < 300; ++i) make(i * 7 % 100);
  const auto all = heap_.blocks_of(0);
  std::mt19937 random(5);
  const std::uintptr_t begin = address_of(all.front().start) - 16;
  for (int i = 0; i < 20'000; ++i) {
    const std::uintptr_t address = begin + random() % (address_of(all.back().start) + 99 - begin);
    const block* expected = &all.front();
    for (const block& b : all) {
      if (address_of(b.start) <= address) expected = &b;
    }
    ASSERT_EQ(heap_.nearest(address), expected);
  }
}

TEST_F(heap_test, must_be_given_back_as_it_was_asked_for) {
  for (family asked : {family::malloc, family::single_new, family::array_new}) {
    for (family given : {family::malloc, family::single_new, family::array_new}) {
      void* p = heap_.allocate({}, {8, 16, asked}).address;
      EXPECT_EQ(heap_.release({}, p, given).result,
                asked == given ? free_result::ok : free_result::wrong_family);
    }
  }
}

TEST_F(heap_test, refuses_in_words) {
  constexpr std::size_t whole = std::size_t{1} << 24;
  const auto ask = [&](std::size_t size, std::size_t alignment = 16, thread_id thread = 0) {
    return heap_.allocate({thread}, {size, alignment}).error;
  };
  EXPECT_EQ(ask(whole), allocation_error::too_large);
  EXPECT_EQ(ask(~std::size_t{0}), allocation_error::too_large);
  EXPECT_EQ(ask(1, whole), allocation_error::too_large);
  EXPECT_EQ(ask(1, 24), allocation_error::bad_alignment);
  EXPECT_EQ(ask(1, 0), allocation_error::bad_alignment);
  EXPECT_EQ(ask(1, 16, 8), allocation_error::too_many_threads);
  EXPECT_EQ(ask(1, 16, 7), allocation_error::none);
  EXPECT_EQ(ask(whole / 2), allocation_error::none);
  EXPECT_EQ(ask(whole / 2), allocation_error::arena_full);
  EXPECT_EQ(ask(whole / 2, 16, 1), allocation_error::none);
  heap_.new_execution();
  EXPECT_EQ(ask(whole / 2), allocation_error::none);
}

TEST_F(heap_test, a_region_in_use_is_an_error_not_an_overlap) {
  heap second(heap_options{.threads = 8, .bytes_per_thread = std::size_t{1} << 24});
  EXPECT_NE(second.reserve_error(), 0);
  EXPECT_EQ(second.allocate({}, {8}).error, allocation_error::too_many_threads);
  EXPECT_FALSE(second.owns(make(8)));
}

TEST_F(heap_test, reallocation) {
  std::byte* p = make(10, {1});
  std::memcpy(p, "123456789", 10);
  const reallocation grown = heap_.reallocate({2}, p, 100);
  EXPECT_EQ(grown.result, free_result::ok);
  ASSERT_NE(grown.fresh.address, nullptr);
  EXPECT_STREQ(static_cast<char*>(grown.fresh.address), "123456789");
  EXPECT_EQ(grown.freed, heap_.find(p));
  EXPECT_EQ(heap_.reallocate({2}, p, 100).result, free_result::already_freed);
  EXPECT_EQ(heap_.reallocate({2}, p + 1, 100).result, free_result::not_a_block);
  EXPECT_EQ(heap_.reallocate({2}, &p, 100).result, free_result::not_ours);
  EXPECT_EQ(heap_.reallocate({2}, nullptr, 8).freed, nullptr);

  const reallocation failed = heap_.reallocate({2}, grown.fresh.address, std::size_t{1} << 30);
  EXPECT_EQ(failed.fresh.error, allocation_error::too_large);
  EXPECT_TRUE(heap_.find(grown.fresh.address)->live) << "as realloc does";
}

struct node {
  node* next = nullptr;
  std::uint64_t payload = 0;
};

class leak_test : public heap_test {
 protected:
  node* make_node(node* next = nullptr, thread_id thread = 0) {
    return new (make(sizeof(node), {thread})) node{next};
  }
  template <class... Roots>
  std::size_t leaks(Roots&... roots) {
    const std::span<const std::byte> all[] = {{}, std::as_bytes(std::span(&roots, 1))...};
    return heap_.leaks(all).size();
  }
};

TEST_F(leak_test, nothing_allocated_or_all_given_back) {
  EXPECT_EQ(leaks(), 0u);
  heap_.release({}, make(8));
  EXPECT_EQ(leaks(), 0u);
}

TEST_F(leak_test, is_what_no_chain_of_pointers_reaches) {
  node* list = make_node(make_node(make_node(nullptr, 3), 2), 1);
  EXPECT_EQ(leaks(), 3u);
  EXPECT_EQ(leaks(list), 0u);
  node* second = list->next;
  EXPECT_EQ(leaks(second), 1u);
  list->next->next = nullptr;
  EXPECT_EQ(leaks(list), 1u);
  EXPECT_EQ(leaks(list), 1u) << "asking changes nothing";
}

TEST_F(leak_test, what_was_reached_in_the_last_execution_is_not_in_this_one) {
  node* first = make_node();
  EXPECT_EQ(leaks(first), 0u);
  heap_.new_execution();
  node* second = make_node();
  EXPECT_EQ(second, first);
  EXPECT_EQ(leaks(), 1u);
}

TEST_F(leak_test, blocks_that_hold_only_each_other) {
  node* ring = make_node();
  ring->next = make_node(ring, 1);
  EXPECT_EQ(leaks(ring), 0u);
  EXPECT_EQ(leaks(), 2u);
}

TEST_F(leak_test, a_freed_block_holds_nothing) {
  node* list = make_node(make_node());
  EXPECT_EQ(leaks(list), 0u);
  heap_.release({}, list);
  EXPECT_EQ(leaks(list), 1u);
}

TEST_F(leak_test, pointers_into_a_block_count_and_those_behind_it_do_not) {
  std::byte* p = make(100);
  std::byte* inside = p + 99;
  std::byte* behind = p + 100;
  EXPECT_EQ(leaks(inside), 0u);
  EXPECT_EQ(leaks(behind), 1u);
  heap_.new_execution();
  std::byte* empty = make(0);
  EXPECT_EQ(leaks(empty), 0u);
  EXPECT_EQ(leaks(behind), 1u);
}

TEST_F(leak_test, only_whole_aligned_words_are_pointers) {
  alignas(8) std::byte memory[24] = {};
  std::byte* p = make(8);
  std::memcpy(memory + 8, &p, 8);
  const auto leaks_of = [&](std::size_t from, std::size_t size) {
    const std::span<const std::byte> roots[] = {{memory + from, size}};
    return heap_.leaks(roots).size();
  };
  EXPECT_EQ(leaks_of(0, 24), 0u);
  EXPECT_EQ(leaks_of(3, 13), 0u);
  EXPECT_EQ(leaks_of(0, 15), 1u);
  EXPECT_EQ(leaks_of(9, 15), 1u);
}

TEST_F(leak_test, are_listed_by_thread_and_age) {
  const std::byte* expected[] = {make(1, {0}), make(2, {0}), make(3, {4})};
  const auto found = heap_.leaks({});
  ASSERT_EQ(found.size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(found[i]->start, expected[i]);
}

}  // namespace
}  // namespace heddle::runtime
