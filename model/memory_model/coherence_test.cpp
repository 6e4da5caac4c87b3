// The coherence floor: the four coherence rules of [intro.races]/15 to 18, as bounds.
#include <gtest/gtest.h>

#include "model/memory_model/hand_made_graph.hpp"

namespace heddle {
namespace {

using enum memory_order;
constexpr location_id x = 0;
constexpr location_id flag = 1;

std::uint32_t floor_of(const hand_made_graph& g, thread_id thread,
                       memory_model model = memory_model::cpp20) {
  return coherence_floor(g.graph(), model, x, thread,
                         static_cast<std::uint32_t>(g.graph().length(thread)));
}

TEST(coherence, a_new_thread_may_read_everything) {
  hand_made_graph g;
  g.write(0, x, relaxed);
  EXPECT_EQ(floor_of(g, 1), 0u);
}

TEST(coherence, one_does_not_read_behind_ones_own_write) {
  hand_made_graph g;
  g.write(0, x, relaxed);
  g.write(1, x, relaxed);
  g.write(2, x, relaxed);
  EXPECT_EQ(floor_of(g, 0), 1u);
  EXPECT_EQ(floor_of(g, 1), 2u);
  EXPECT_EQ(floor_of(g, 2), 3u);
}

TEST(coherence, one_does_not_read_behind_what_one_has_read) {
  hand_made_graph g;
  g.write(0, x, relaxed);
  const event_id second = g.write(0, x, relaxed);
  g.read(1, x, relaxed, initial_write);
  EXPECT_EQ(floor_of(g, 1), 0u);
  g.read(1, x, relaxed, second);
  EXPECT_EQ(floor_of(g, 1), 2u);
}

TEST(coherence, what_another_thread_has_seen_counts_if_it_happens_before) {
  for (const memory_order order : {release, relaxed}) {
    SCOPED_TRACE(name_of(order));
    hand_made_graph g;
    const event_id w = g.write(0, x, relaxed);
    g.write(0, x, relaxed);
    g.read(1, x, relaxed, w);
    const event_id message = g.write(1, flag, order);
    g.read(1, x, relaxed, g.graph().coherence_latest(x));  // after the message
    g.read(2, flag, acquire, message);
    const bool told = order == release;
    EXPECT_EQ(floor_of(g, 2), told ? 1u : 0u);
    EXPECT_EQ(floor_of(g, 2, memory_model::sc), 1u) << "under sc a message is a message";
  }
}

TEST(coherence, the_creator_of_a_thread_counts) {
  hand_made_graph g;
  g.write(0, x, relaxed);
  g.create(0, 1);
  g.write(0, x, relaxed);
  EXPECT_EQ(floor_of(g, 1), 1u);
}

TEST(coherence, an_existing_event_is_bound_by_what_is_before_it) {
  hand_made_graph g;
  g.read(0, x, relaxed, initial_write);
  g.write(0, x, relaxed);
  EXPECT_EQ(coherence_floor(g.graph(), memory_model::cpp20, x, 0, 0), 0u);
  EXPECT_EQ(coherence_floor(g.graph(), memory_model::cpp20, x, 0, 1), 0u);
  EXPECT_EQ(coherence_floor(g.graph(), memory_model::cpp20, x, 0, 2), 1u);
}

}  // namespace
}  // namespace heddle
