#include "model/diagnose/lost_wakeup.hpp"

#include <gtest/gtest.h>

#include "model/memory_model/hand_made_graph.hpp"

namespace heddle::diagnose {
namespace {

using enum memory_order;

/// Main creates two threads that wait for location 0, at address 0x10, to be no longer 0.
class two_waiters : public testing::Test {
 protected:
  static constexpr std::uintptr_t address = 0x10;

  void SetUp() override {
    g.create(0, 1);
    g.create(0, 2);
  }

  void changes(thread_id thread, std::uint64_t value = 1) {
    change = g.write(thread, 0, release);
    g.graph()[change].val = {value, 0};
  }
  void waits(thread_id thread) {
    log.waits.push_back(
        {thread, static_cast<std::uint32_t>(g.graph().length(thread)), 0, address, 0, 0});
    g.graph()[g.read(thread, 0, acquire, change)].val = {1, 0};
  }
  void wakes(thread_id thread, std::uint32_t threads, std::uintptr_t at = address) {
    log.wakes.push_back(
        {thread, static_cast<std::uint32_t>(g.graph().length(thread)), at, threads, 0});
  }
  std::optional<lost_wakeup> found() {
    return find_lost_wakeup(g.graph(), memory_model::cpp20, log);
  }

  hand_made_graph g;
  futex_log log;
  event_id change = initial_write;
};

TEST_F(two_waiters, nobody_waits) {
  changes(0);
  EXPECT_FALSE(found());
}

TEST_F(two_waiters, nobody_wakes) {
  changes(0);
  waits(1);
  ASSERT_TRUE(found());
  EXPECT_EQ(found()->wait.thread, 1);
  EXPECT_EQ(found()->change, change);
  EXPECT_TRUE(found()->wakes.empty());
}

TEST_F(two_waiters, woken_after_the_change) {
  changes(0);
  wakes(0, 1);
  waits(1);
  EXPECT_FALSE(found());
}

TEST_F(two_waiters, woken_before_the_change) {
  wakes(0, 1);
  changes(0);
  waits(1);
  EXPECT_TRUE(found());
}

TEST_F(two_waiters, woken_elsewhere) {
  changes(0);
  wakes(0, 1, 0x20);
  waits(1);
  EXPECT_TRUE(found());
}

TEST_F(two_waiters, woken_by_who_does_not_know_of_the_change) {
  changes(0);
  wakes(2, 1);
  waits(1);
  EXPECT_TRUE(found());
}

TEST_F(two_waiters, one_is_woken) {
  changes(0);
  wakes(0, 1);
  waits(1);
  waits(2);
  ASSERT_TRUE(found());
  EXPECT_EQ(found()->wait.thread, 1);
  ASSERT_EQ(found()->rivals.size(), 1u);
  EXPECT_EQ(found()->rivals[0].thread, 2);
}

TEST_F(two_waiters, both_are_woken) {
  changes(0);
  wakes(0, 0x7fffffff);
  waits(1);
  waits(2);
  EXPECT_FALSE(found());
}

TEST_F(two_waiters, both_are_woken_one_by_one) {
  changes(0);
  wakes(0, 1);
  wakes(0, 1);
  waits(1);
  waits(2);
  EXPECT_FALSE(found());
}

TEST_F(two_waiters, who_is_woken_wakes_the_other) {
  changes(0);
  wakes(0, 1);
  waits(1);
  wakes(1, 1);
  waits(2);
  wakes(2, 1);
  EXPECT_FALSE(found());
}

// Only the first passes it on: if the second is woken, that is the end.
TEST_F(two_waiters, one_of_them_wakes_the_other) {
  changes(0);
  wakes(0, 1);
  waits(1);
  wakes(1, 1);
  waits(2);
  ASSERT_TRUE(found());
  EXPECT_EQ(found()->wait.thread, 1);
}

// Who knows of the change already does not fall asleep.
TEST_F(two_waiters, the_change_was_known) {
  const event_id flag = (changes(0), g.write(0, 1, release));
  g.read(1, 1, acquire, flag);
  waits(1);
  EXPECT_FALSE(found());
}

TEST_F(two_waiters, is_told_with_its_places) {
  changes(0);
  wakes(0, 1);
  waits(1);
  waits(2);
  const failure told = lost_wakeup_failure(
      *found(), g.graph(), "x", [](std::uintptr_t) { return call_stack{7}; },
      [](thread_id, std::uint32_t index) { return call_stack{index}; });
  EXPECT_EQ(told.kind, failure_kind::deadlock);
  EXPECT_EQ(told.thread, 1);
  EXPECT_EQ(told.message,
            "deadlock: T1 waits on x for ever if it is asleep when main changes it: the one "
            "wake-up that follows may go to another thread");
  ASSERT_EQ(told.notes.size(), 4u);
  EXPECT_EQ(told.notes[1].text, "main changes x here");
  EXPECT_EQ(told.notes[1].stack, call_stack{2});
  EXPECT_EQ(told.notes[3].text, "T2 waits on it, too, here");
}

}  // namespace
}  // namespace heddle::diagnose
