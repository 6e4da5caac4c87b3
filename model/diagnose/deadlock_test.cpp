#include "model/diagnose/deadlock.hpp"

#include <gtest/gtest.h>

namespace heddle::diagnose {
namespace {

using what = waiting_thread::what;

waiting_thread waits(thread_id thread, what for_what, thread_id holder, const char* object = "") {
  waiting_thread result;
  result.thread = thread;
  result.waits_for = for_what;
  result.holder = holder;
  result.object = object;
  result.waits_at = {100u + thread};
  return result;
}

TEST(deadlock, says_what_a_thread_waits_for) {
  EXPECT_EQ(words_for(waits(1, what::mutex, 2, "mutex 1")), "waits for mutex 1, which T2 holds");
  EXPECT_EQ(words_for(waits(1, what::mutex, 0, "mutex 1")), "waits for mutex 1, which main holds");
  EXPECT_EQ(words_for(waits(1, what::mutex, no_thread, "mutex 1")), "waits for mutex 1");
  EXPECT_EQ(words_for(waits(1, what::once, 2, "once 1")),
            "waits for the initialisation of once 1, which T2 runs");
  EXPECT_EQ(words_for(waits(1, what::once, 1, "once 1")),
            "waits for the initialisation of once 1, which it runs itself");
  EXPECT_EQ(words_for(waits(1, what::once, no_thread, "once 1")),
            "waits for the initialisation of once 1");
  EXPECT_EQ(words_for(waits(1, what::once, 2, "guard variable for f()::x")),
            "waits for the initialisation of f()::x, which T2 runs");
  EXPECT_EQ(words_for(waits(1, what::shared_lock, 2, "shared lock 1")),
            "waits for shared lock 1, which T2 holds");
  EXPECT_EQ(words_for(waits(1, what::condition, no_thread, "condition variable 1")),
            "waits on condition variable 1 for a notification that does not come");
  EXPECT_EQ(words_for(waits(1, what::semaphore, no_thread, "semaphore 1")),
            "waits for semaphore 1, which nobody posts any more");
  EXPECT_EQ(words_for(waits(1, what::barrier, no_thread, "barrier 1")),
            "waits at barrier 1 for others that do not come");
  EXPECT_EQ(words_for(waits(1, what::change, no_thread, "atomic 1")),
            "waits on atomic 1 for a change that does not come");
  EXPECT_EQ(words_for(waits(0, what::join, 3)), "waits for T3 to finish");
  EXPECT_EQ(words_for(waits(1, what::newer_value, no_thread)),
            "waits in a loop for a value that nobody will write");
}

TEST(deadlock, tells_the_cycle_and_only_that) {
  const failure found = deadlock({waits(0, what::join, 1), waits(1, what::mutex, 2, "mutex 1"),
                                  waits(2, what::mutex, 1, "mutex 2")});
  EXPECT_EQ(found.kind, failure_kind::deadlock);
  EXPECT_EQ(found.message,
            "deadlock: T1 waits for mutex 1, which T2 holds; T2 waits for mutex 2, which T1 holds");
  EXPECT_EQ(found.thread, 1);
  EXPECT_EQ(found.stack, call_stack{101u});
  ASSERT_EQ(found.notes.size(), 3u) << "one for each thread";
  EXPECT_EQ(found.notes[0].text, "main waits for T1 to finish, here");
  EXPECT_EQ(found.notes[2].stack, call_stack{102u});
}

TEST(deadlock, a_thread_can_wait_for_itself) {
  const failure found = deadlock({waits(1, what::mutex, 1, "mutex 1")});
  EXPECT_EQ(found.kind, failure_kind::deadlock);
  EXPECT_EQ(found.message, "deadlock: T1 waits for mutex 1, which T1 holds");
}

TEST(deadlock, without_a_cycle_tells_who_will_never_be_released) {
  const failure found = deadlock({waits(0, what::join, 1), waits(1, what::mutex, 2, "mutex 1")});
  EXPECT_EQ(found.kind, failure_kind::deadlock);
  EXPECT_EQ(found.message, "deadlock: T1 waits for mutex 1, which T2 holds")
      << "who joins is not the cause";
  EXPECT_EQ(found.thread, 0);
}

TEST(deadlock, threads_that_only_look_are_a_livelock) {
  const waiting_thread loop = waits(1, what::newer_value, no_thread);
  const failure found = deadlock({waits(0, what::join, 1), loop});
  EXPECT_EQ(found.kind, failure_kind::livelock);
  EXPECT_EQ(found.message, "livelock: T1 waits in a loop for a value that nobody will write");
  EXPECT_EQ(deadlock({loop, waits(2, what::mutex, 3, "mutex 1")}).kind, failure_kind::deadlock);
}

TEST(deadlock, threads_that_join_each_other_are_no_livelock) {
  const failure found = deadlock({waits(0, what::join, 1), waits(1, what::join, 0)});
  EXPECT_EQ(found.kind, failure_kind::deadlock);
  EXPECT_EQ(found.message, "deadlock: main waits for T1 to finish; T1 waits for main to finish");
}

TEST(deadlock, says_where_a_mutex_was_taken_if_that_is_known) {
  waiting_thread waiting = waits(1, what::mutex, 2, "mutex 1");
  waiting.taken_at = {77};
  const failure found = deadlock({waiting});
  ASSERT_EQ(found.notes.size(), 2u);
  EXPECT_EQ(found.notes[1].text, "T2 took mutex 1 here");
  EXPECT_EQ(found.notes[1].thread, 2);
  EXPECT_EQ(found.notes[1].stack, call_stack{77u});
}

}  // namespace
}  // namespace heddle::diagnose
