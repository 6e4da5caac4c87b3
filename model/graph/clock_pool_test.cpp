#include "model/graph/clock_pool.hpp"

#include <gtest/gtest.h>

namespace heddle {
namespace {

TEST(clock_pool, begins_with_the_zero_clock) {
  const clock_pool pool;
  EXPECT_EQ(pool.size(), 1u);
  for (thread_id t = 0; t < 100; ++t) EXPECT_EQ(pool.at(0, t), 0u);
}

TEST(clock_pool, raises_but_never_lowers) {
  clock_pool pool;
  const clock_ref clock = pool.copy(0);
  pool.raise(clock, 2, 7);
  pool.raise(clock, 2, 3);
  EXPECT_EQ(pool.at(clock, 2), 7u);
  EXPECT_EQ(pool.at(0, 2), 0u) << "the copy is one";
}

TEST(clock_pool, joins_entry_by_entry) {
  clock_pool pool;
  const clock_ref a = pool.copy(0);
  pool.raise(a, 0, 5);
  pool.raise(a, 1, 1);
  const clock_ref b = pool.copy(0);
  pool.raise(b, 1, 4);
  pool.raise(b, 3, 2);
  pool.join(a, b);
  EXPECT_EQ(pool.at(a, 0), 5u);
  EXPECT_EQ(pool.at(a, 1), 4u);
  EXPECT_EQ(pool.at(a, 2), 0u);
  EXPECT_EQ(pool.at(a, 3), 2u);
  EXPECT_EQ(pool.at(b, 0), 0u);
}

TEST(clock_pool, covers_where_no_entry_is_larger) {
  clock_pool pool;
  const clock_ref a = pool.copy(0);
  pool.raise(a, 0, 5);
  const clock_ref b = pool.copy(a);
  pool.raise(b, 1, 1);
  EXPECT_TRUE(pool.covers(b, a));
  EXPECT_TRUE(pool.covers(a, a));
  EXPECT_FALSE(pool.covers(a, b));
  EXPECT_TRUE(pool.covers(a, b, 1)) << "but for thread 1";
  EXPECT_FALSE(pool.covers(a, b, 0));
}

/// Copies, joins and comparisons go through the entries in fours: every entry counts.
TEST(clock_pool, leaves_out_no_entry) {
  for (const thread_id threads : {4, 12}) {
    clock_pool pool;
    pool.widen(static_cast<thread_id>(threads - 1));
    ASSERT_EQ(pool.width(), threads);
    const clock_ref base = pool.copy(0);
    for (thread_id t = 0; t < threads; ++t) pool.raise(base, t, 10u + t);
    for (thread_id t = 0; t < threads; ++t) {
      SCOPED_TRACE(t);
      const clock_ref larger = pool.copy(base);
      for (thread_id u = 0; u < threads; ++u) EXPECT_EQ(pool.at(larger, u), 10u + u);
      pool.raise(larger, t, 30);
      EXPECT_TRUE(pool.covers(larger, base));
      EXPECT_FALSE(pool.covers(base, larger));
      for (thread_id u = 0; u < threads; ++u) EXPECT_EQ(pool.covers(base, larger, u), u == t);
      const clock_ref both = pool.copy(base);
      pool.join(both, larger);
      pool.join(larger, base);
      for (thread_id u = 0; u < threads; ++u) {
        EXPECT_EQ(pool.at(both, u), u == t ? 30u : 10u + u);
        EXPECT_EQ(pool.at(larger, u), pool.at(both, u)) << "it does not lower";
      }
      pool.truncate(base + 1);  // the next copy goes where these were
    }
  }
}

TEST(clock_pool, keeps_its_clocks_when_it_becomes_wider) {
  clock_pool pool;
  const clock_ref a = pool.copy(0);
  pool.raise(a, 3, 9);
  const clock_ref b = pool.copy(a);
  pool.raise(b, 0, 2);
  const std::uint32_t narrow = pool.width();
  pool.widen(static_cast<thread_id>(narrow - 1));
  EXPECT_EQ(pool.width(), narrow) << "there was room";
  pool.widen(17);
  EXPECT_GT(pool.width(), 17u);
  EXPECT_EQ(pool.size(), 3u);
  EXPECT_EQ(pool.at(a, 3), 9u);
  EXPECT_EQ(pool.at(a, 0), 0u);
  EXPECT_EQ(pool.at(b, 0), 2u);
  EXPECT_EQ(pool.at(b, 3), 9u);
  EXPECT_EQ(pool.at(b, 17), 0u);
  pool.raise(b, 17, 1);
  EXPECT_FALSE(pool.covers(a, b));
}

TEST(clock_pool, is_cut_back_at_its_end) {
  clock_pool pool;
  const clock_ref a = pool.copy(0);
  pool.raise(a, 1, 1);
  pool.copy(a);
  pool.copy(a);
  pool.truncate(2);
  EXPECT_EQ(pool.size(), 2u);
  EXPECT_EQ(pool.at(a, 1), 1u);
  EXPECT_EQ(pool.copy(0), 2u);
  EXPECT_EQ(pool.at(2, 1), 0u) << "nothing is left of the clock that was there";
}

}  // namespace
}  // namespace heddle
