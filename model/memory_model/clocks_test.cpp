// Happens-before and the porf prefix, case by case of [intro.races].
#include <gtest/gtest.h>

#include "model/memory_model/hand_made_graph.hpp"

namespace heddle {
namespace {

using enum memory_order;
constexpr location_id data = 0;
constexpr location_id flag = 1;

TEST(clocks, a_thread_is_in_order) {
  hand_made_graph g;
  const event_id a = g.write(0, data, relaxed);
  const event_id b = g.write(0, flag, relaxed);
  EXPECT_TRUE(g.happens_before(a, b));
  EXPECT_FALSE(g.happens_before(b, a));
  EXPECT_FALSE(g.happens_before(a, a));
  EXPECT_TRUE(g.in_porf_prefix(a, a));
}

struct message {
  memory_order write, read;
  bool synchronises;
};

TEST(clocks, a_release_write_synchronises_with_an_acquire_read) {
  for (const auto& [write, read, synchronises] :
       {message{release, acquire, true}, message{seq_cst, seq_cst, true},
        message{release, relaxed, false}, message{relaxed, acquire, false},
        message{relaxed, relaxed, false}}) {
    SCOPED_TRACE(std::string(name_of(write)) + " and " + name_of(read));
    hand_made_graph g;
    const event_id d = g.write(0, data, relaxed);
    const event_id w = g.write(0, flag, write);
    const event_id later = g.write(0, data, relaxed);
    const event_id r = g.read(1, flag, read, w);
    EXPECT_EQ(g.happens_before(d, r), synchronises);
    EXPECT_EQ(g.happens_before(w, r), synchronises);
    EXPECT_FALSE(g.happens_before(later, r));
    EXPECT_TRUE(g.in_porf_prefix(d, r)) << "whatever the orders";
    EXPECT_TRUE(g.in_porf_prefix(w, r));
    EXPECT_FALSE(g.in_porf_prefix(later, r));
  }
}

TEST(clocks, a_release_sequence_goes_on_in_modifications_of_any_order) {
  for (const memory_order order : {relaxed, acquire, release, acq_rel}) {
    SCOPED_TRACE(name_of(order));
    hand_made_graph g;
    const event_id d = g.write(0, data, relaxed);
    const event_id head = g.write(0, flag, release);
    const event_id own = g.write(1, data, relaxed);
    const event_id second = g.modify(1, flag, order, head);
    const event_id third = g.modify(2, flag, relaxed, second);
    const event_id r = g.read(3, flag, acquire, third);
    EXPECT_TRUE(g.happens_before(d, r));
    EXPECT_TRUE(g.happens_before(head, r));
    EXPECT_EQ(g.happens_before(own, r), is_release(order)) << "a head of its own";
    EXPECT_FALSE(g.happens_before(third, r));
  }
}

TEST(clocks, a_plain_store_ends_a_release_sequence_even_in_its_own_thread) {
  hand_made_graph g;
  const event_id d = g.write(0, data, relaxed);
  g.write(0, flag, release);
  const event_id second = g.write(0, flag, relaxed);
  const event_id r = g.read(1, flag, acquire, second);
  EXPECT_FALSE(g.happens_before(d, r));
}

TEST(clocks, a_failed_modification_is_no_part_of_a_release_sequence) {
  hand_made_graph g;
  const event_id d = g.write(0, data, relaxed);
  const event_id head = g.write(0, flag, release);
  g.read(1, flag, relaxed, head);
  const event_id w = g.write(1, flag, relaxed);
  const event_id r = g.read(2, flag, acquire, w);
  EXPECT_FALSE(g.happens_before(d, r));
}

TEST(clocks, fences_stand_in_for_the_orders_of_accesses) {
  for (const auto& [before, after, synchronises] :
       {message{release, acquire, true}, message{acq_rel, acq_rel, true},
        message{seq_cst, seq_cst, true}, message{acquire, acquire, false},
        message{release, release, false}}) {
    SCOPED_TRACE(std::string(name_of(before)) + " and " + name_of(after));
    hand_made_graph g;
    const event_id d = g.write(0, data, relaxed);
    g.fence(0, before);
    const event_id between = g.write(0, 2, relaxed);
    const event_id w = g.write(0, flag, relaxed);
    const event_id r = g.read(1, flag, relaxed, w);
    const event_id f = g.fence(1, after);
    const event_id last = g.read(1, data, relaxed, d);
    EXPECT_FALSE(g.happens_before(d, r)) << "only from the fence on";
    EXPECT_EQ(g.happens_before(d, f), synchronises);
    EXPECT_EQ(g.happens_before(d, last), synchronises);
    EXPECT_FALSE(g.happens_before(between, last)) << "it comes after the release fence";
  }
}

TEST(clocks, a_fence_on_one_side_is_enough_with_an_order_on_the_other) {
  hand_made_graph g;
  const event_id d = g.write(0, data, relaxed);
  g.fence(0, release);
  const event_id w = g.write(0, flag, relaxed);
  EXPECT_TRUE(g.happens_before(d, g.read(1, flag, acquire, w)));
  const event_id v = g.write(2, flag, release);
  const event_id r = g.read(3, flag, relaxed, v);
  EXPECT_FALSE(g.happens_before(v, r));
  EXPECT_TRUE(g.happens_before(v, g.fence(3, acquire)));
}

TEST(clocks, an_acquire_fence_does_not_look_ahead) {
  hand_made_graph g;
  const event_id w = g.write(0, flag, release);
  g.fence(1, acquire);
  EXPECT_FALSE(g.happens_before(w, g.read(1, flag, relaxed, w)));
}

TEST(clocks, a_release_fence_covers_the_write_of_a_release_sequence) {
  hand_made_graph g;
  const event_id d = g.write(0, data, relaxed);
  const event_id head = g.write(0, flag, release);
  const event_id e = g.write(1, 2, relaxed);
  g.fence(1, release);
  const event_id second = g.modify(1, flag, relaxed, head);
  const event_id r = g.read(2, flag, acquire, second);
  EXPECT_TRUE(g.happens_before(d, r)) << "through the head";
  EXPECT_TRUE(g.happens_before(e, r)) << "through the fence";
}

TEST(clocks, creating_and_joining_synchronise) {
  hand_made_graph g;
  const event_id before = g.write(0, data, relaxed);
  g.create(0, 1);
  const event_id beside = g.write(0, flag, relaxed);
  const event_id inside = g.write(1, data, relaxed);
  g.finish(1);
  EXPECT_TRUE(g.happens_before(before, inside));
  EXPECT_TRUE(g.in_porf_prefix(before, inside));
  EXPECT_FALSE(g.happens_before(beside, inside));
  EXPECT_FALSE(g.in_porf_prefix(beside, inside));
  const event_id without = g.write(0, flag, relaxed);
  EXPECT_FALSE(g.happens_before(inside, without));
  g.join(0, 1);
  const event_id after = g.write(0, data, relaxed);
  EXPECT_TRUE(g.happens_before(inside, after));
  EXPECT_TRUE(g.in_porf_prefix(inside, after));
}

TEST(clocks_death, only_a_finished_thread_is_joined) {
  hand_made_graph g;
  g.create(0, 1);
  g.write(1, data, relaxed);
  EXPECT_DEATH(g.join(0, 1), "has finished");
}

}  // namespace
}  // namespace heddle
