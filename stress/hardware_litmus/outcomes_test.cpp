// Grading, and the sets of allowed outcomes of tests whose sets are known by heart.
#include "stress/hardware_litmus/outcomes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "stress/hardware_litmus/hammer.hpp"

namespace heddle::hardware_litmus {
namespace {

const native_program& named(std::string_view name) {
  const auto all = programs();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const native_program& p) { return p.name == name; });
  if (found == all.end()) throw std::runtime_error("no such test");
  return *found;
}

std::size_t sum(const histogram& seen) {
  std::size_t all = 0;
  for (const auto& [values, times] : seen) all += times;
  return all;
}

TEST(outcomes, store_buffering_has_four_and_under_sc_three) {
  const native_program& sb = named("SB");
  const auto allowed = allowed_outcomes(sb, memory_model::cpp20);
  EXPECT_EQ(allowed.size(), 4U);
  EXPECT_TRUE(allowed.contains({0, 0, 1, 1}));
  EXPECT_EQ(describe(sb, {0, 0, 1, 1}), "P0.r0=0 P1.r0=0 x=1 y=1");
  const auto interleavings = allowed_outcomes(sb, memory_model::sc);
  EXPECT_EQ(interleavings.size(), 3U);
  EXPECT_FALSE(interleavings.contains({0, 0, 1, 1}));
}

TEST(outcomes, the_final_value_is_that_of_the_last_write) {
  const auto allowed = allowed_outcomes(named("2+2W+sc"), memory_model::cpp20);
  EXPECT_FALSE(allowed.contains({1, 1}));
  EXPECT_TRUE(allowed.contains({2, 2}));
  EXPECT_EQ(allowed.size(), 3U);
}

TEST(outcomes, each_grade) {
  const histogram seen = {{{1}, 5}, {{2}, 7}, {{3}, 1}};
  const auto all = graded(seen, {{1}, {2}, {4}}, {{1}, {4}});
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].values, outcome{3});
  EXPECT_EQ(all[0].how, grade::forbidden);
  EXPECT_EQ(all[1].values, outcome{2});
  EXPECT_EQ(all[1].how, grade::interesting);
  EXPECT_EQ(all[2].how, grade::acceptable);
  EXPECT_EQ(all[3].how, grade::not_seen);
  EXPECT_EQ(count(all, grade::forbidden), 1U);
}

/// One thread has one outcome, in step and adrift.
TEST(hammer, counts_every_round) {
  hammer_options options;
  options.rounds = 5000;
  options.seconds = 100;
  options.cores = usable_cores();
  const histogram seen = hammer(named("CoRW1"), options);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_GE(sum(seen), 5000U);
  EXPECT_EQ(seen.begin()->first, (outcome{0, 1}));
}

TEST(hammer, more_threads_than_cores) {
  hammer_options options;
  options.rounds = 5000;
  options.seconds = 100;
  const native_program& iriw = named("IRIW+sc");
  const histogram seen = hammer(iriw, options);
  EXPECT_GE(sum(seen), 5000U);
  const auto allowed = allowed_outcomes(iriw, memory_model::cpp20);
  for (const auto& [values, times] : seen) EXPECT_TRUE(allowed.contains(values));
}

}  // namespace
}  // namespace heddle::hardware_litmus
