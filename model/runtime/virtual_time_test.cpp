#include "model/runtime/virtual_time.hpp"

#include <gtest/gtest.h>

namespace heddle::runtime {
namespace {

constexpr std::uint32_t nothing[] = {0, 0, 0};
constexpr recorder::clock_view alone{nothing, 3};

TEST(virtual_time, begins_at_zero) {
  virtual_time time;
  EXPECT_EQ(time.now(0, alone), 0);
  EXPECT_EQ(time.now(2, alone), 0);
}

TEST(virtual_time, passes_for_who_waits) {
  virtual_time time;
  time.advance(1, 4, 100);
  EXPECT_EQ(time.now(1, alone), 100);
  EXPECT_EQ(time.now(0, alone), 0);
  time.advance(1, 5, 50);  // a deadline of the past
  EXPECT_EQ(time.now(1, alone), 100);
}

TEST(virtual_time, passes_along_happens_before) {
  virtual_time time;
  time.advance(1, 4, 100);
  time.advance(1, 6, 200);
  time.advance(1, 6, 250);
  const auto seen = [&](std::uint32_t events) {
    const std::uint32_t clock[] = {0, events, 0};
    return time.now(0, {clock, 3});
  };
  EXPECT_EQ(seen(4), 0);  // events 0 … 3 of T1, which has waited after them
  EXPECT_EQ(seen(5), 100);
  EXPECT_EQ(seen(6), 100);
  EXPECT_EQ(seen(7), 250);
  const std::uint32_t shorter[] = {0};
  EXPECT_EQ(time.now(0, {shorter, 1}), 0);
}

TEST(virtual_time, begins_anew) {
  virtual_time time;
  time.advance(0, 0, 100);
  time.new_execution();
  EXPECT_EQ(time.now(0, alone), 0);
}

TEST(virtual_time, who_polls_sees_it_move) {
  virtual_time::nanoseconds all = 0;
  unsigned reads = 0;
  EXPECT_EQ(virtual_time::reading(0), 1);
  while (all < virtual_time::nanoseconds{60} * 1'000'000'000) {
    all += virtual_time::reading(reads++);
  }
  EXPECT_LT(reads, 120u);
  EXPECT_EQ(virtual_time::reading(1'000'000), virtual_time::reading(2'000'000));
}

}  // namespace
}  // namespace heddle::runtime
