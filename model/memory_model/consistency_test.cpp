// The order of the seq_cst operations under the three models, on the graphs of the literature.
#include <gtest/gtest.h>

#include "model/memory_model/hand_made_graph.hpp"

namespace heddle {
namespace {

using enum memory_order;
constexpr location_id x = 0;
constexpr location_id y = 1;

struct judgement {
  bool cpp20, rc11, sc;
};

void expect(const hand_made_graph& g, judgement allowed) {
  EXPECT_EQ(g.allowed(memory_model::cpp20), allowed.cpp20);
  EXPECT_EQ(g.allowed(memory_model::rc11), allowed.rc11);
  EXPECT_EQ(g.allowed(memory_model::sc), allowed.sc);
  EXPECT_EQ(is_sequentially_consistent(g.graph()), allowed.sc);
}

constexpr judgement always{true, true, true};
constexpr judgement never{false, false, false};
constexpr judgement if_weak{true, true, false};

/// Both threads store and read the other's location, and see nothing.
hand_made_graph store_buffering(memory_order store, memory_order load) {
  hand_made_graph g;
  g.write(0, x, store);
  g.read(0, y, load, initial_write);
  g.write(1, y, store);
  g.read(1, x, load, initial_write);
  return g;
}

TEST(consistency, store_buffering) {
  expect(store_buffering(relaxed, relaxed), if_weak);
  expect(store_buffering(release, acquire), if_weak);
  expect(store_buffering(seq_cst, acquire), if_weak);
  expect(store_buffering(release, seq_cst), if_weak);
  expect(store_buffering(seq_cst, seq_cst), never);
}

TEST(consistency, store_buffering_with_fences) {
  for (const memory_order order : {acq_rel, seq_cst}) {
    SCOPED_TRACE(name_of(order));
    hand_made_graph g;
    g.write(0, x, relaxed);
    g.fence(0, order);
    g.read(0, y, relaxed, initial_write);
    g.write(1, y, relaxed);
    g.fence(1, order);
    g.read(1, x, relaxed, initial_write);
    expect(g, order == seq_cst ? never : if_weak);
  }
}

TEST(consistency, a_fence_against_a_seq_cst_access) {
  // A fence orders what is before it before seq_cst accesses, and those before what is after it.
  hand_made_graph g;
  g.write(0, x, relaxed);
  g.fence(0, seq_cst);
  g.read(0, y, relaxed, initial_write);
  g.write(1, y, seq_cst);
  g.read(1, x, seq_cst, initial_write);
  expect(g, never);
}

/// Two writers; two readers who see the writes in opposite orders.
hand_made_graph iriw(memory_order store, memory_order load, bool fences) {
  hand_made_graph g;
  const event_id a = g.write(0, x, store);
  const event_id b = g.write(1, y, store);
  g.read(2, x, load, a);
  if (fences) g.fence(2, seq_cst);
  g.read(2, y, load, initial_write);
  g.read(3, y, load, b);
  if (fences) g.fence(3, seq_cst);
  g.read(3, x, load, initial_write);
  return g;
}

TEST(consistency, independent_reads_of_independent_writes) {
  expect(iriw(release, acquire, false), if_weak);
  expect(iriw(seq_cst, acquire, false), if_weak);
  expect(iriw(seq_cst, seq_cst, false), never);
  expect(iriw(relaxed, relaxed, true), never);
}

TEST(consistency, two_plus_two_writes) {
  for (const memory_order order : {release, seq_cst}) {
    SCOPED_TRACE(name_of(order));
    hand_made_graph g;
    g.write(0, x, order);
    g.write(0, y, order);
    g.write(1, y, order);
    g.write(1, x, order, 0);
    expect(g, order == seq_cst ? never : if_weak);
  }
}

/// P0668: synchronising through an access that is not seq_cst does not order the seq_cst ones.
TEST(consistency, z6u_is_allowed_as_on_power) {
  for (const memory_order order : {release, seq_cst}) {
    SCOPED_TRACE(name_of(order));
    hand_made_graph g;
    g.write(0, x, seq_cst);
    const event_id w = g.write(0, y, order);
    g.modify(1, y, seq_cst, w);
    const event_id v = g.write(2, y, seq_cst);
    g.read(1, y, relaxed, v);
    g.read(2, x, seq_cst, initial_write);
    expect(g, order == seq_cst ? never : if_weak);
  }
}

/// C++20 orders two reads of one location by the write between them, which RC11 does not unless
/// that is seq_cst, too.
TEST(consistency, mix1_tells_cpp20_from_rc11) {
  for (const memory_order order : {release, seq_cst}) {
    SCOPED_TRACE(name_of(order));
    hand_made_graph g;
    const event_id w = g.write(0, x, order);
    g.read(1, x, seq_cst, w);
    g.write(1, y, seq_cst);
    g.write(2, y, seq_cst);
    g.read(2, x, seq_cst, initial_write);
    expect(g, order == seq_cst ? never : judgement{false, true, false});
  }
}

/// Happens-before with something sequenced before and after it is strong.
TEST(consistency, happens_before_between_seq_cst_accesses_of_other_locations) {
  for (const memory_order order : {relaxed, release}) {
    SCOPED_TRACE(name_of(order));
    constexpr location_id message = 2;
    hand_made_graph g;
    g.write(0, x, seq_cst);
    const event_id w = g.write(0, message, order);
    g.read(1, message, acquire, w);
    g.read(1, y, seq_cst, initial_write);
    g.write(2, y, seq_cst);
    g.read(2, x, seq_cst, initial_write);
    expect(g, order == release ? never : if_weak);
  }
}

/// A seq_cst write read by an acquire happens before what follows, but is not ordered before it.
TEST(consistency, happens_before_from_the_access_itself_is_not_strong) {
  for (const memory_order order : {acquire, seq_cst}) {
    SCOPED_TRACE(name_of(order));
    hand_made_graph g;
    const event_id w = g.write(0, x, seq_cst);
    g.read(1, x, order, w);
    g.read(1, y, seq_cst, initial_write);
    g.write(2, y, seq_cst);
    g.read(2, x, seq_cst, initial_write);
    expect(g, order == seq_cst ? never : if_weak);
  }
}

TEST(consistency, message_passing_is_no_matter_of_seq_cst) {
  hand_made_graph g;
  g.write(0, x, relaxed);
  const event_id w = g.write(0, y, relaxed);
  g.read(1, y, relaxed, w);
  g.read(1, x, relaxed, initial_write);
  expect(g, if_weak);
}

TEST(consistency, creation_and_join_are_in_lamports_order) {
  hand_made_graph g;
  g.write(0, x, relaxed);
  g.create(0, 1);
  g.write(1, y, relaxed);
  g.finish(1);
  g.join(0, 1);
  g.read(0, y, relaxed, initial_write);  // incoherent, and a cycle through the join
  EXPECT_FALSE(is_sequentially_consistent(g.graph()));
  hand_made_graph h;
  h.write(0, x, relaxed);
  h.create(0, 1);
  h.read(1, x, relaxed, initial_write);
  EXPECT_FALSE(is_sequentially_consistent(h.graph()));
}

TEST(consistency, modifications_in_a_row_are_in_order) {
  hand_made_graph g;
  const event_id a = g.modify(0, x, seq_cst, initial_write);
  const event_id b = g.modify(1, x, seq_cst, a);
  g.modify(0, x, seq_cst, b);
  g.read(1, x, seq_cst, g.graph().coherence_latest(x));
  expect(g, always);
}

}  // namespace
}  // namespace heddle
