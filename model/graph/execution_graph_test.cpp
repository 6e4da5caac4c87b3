// The graph as a data structure: what it indexes is right after every way to change it.
#include "model/graph/execution_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace heddle {
namespace {

constexpr location_id x = 0;
constexpr location_id y = 1;

event_id add_write(execution_graph& graph, thread_id thread, location_id location,
                   std::uint32_t position) {
  const event_id w = graph.add(thread, event_kind::write, memory_order::relaxed, location);
  graph.place(w, position);
  return w;
}

event_id add_read(execution_graph& graph, thread_id thread, location_id location, event_id from) {
  const event_id r = graph.add(thread, event_kind::read, memory_order::relaxed, location);
  graph[r].reads_from = from;
  return r;
}

std::vector<event_id> copied(std::span<const event_id> ids) { return {ids.begin(), ids.end()}; }

/// Every index says what the events say.
void expect_consistent(const execution_graph& graph) {
  std::size_t in_threads = 0, in_orders = 0, writes = 0;
  for (thread_id t = 0; t < graph.threads(); ++t) {
    const auto events = graph.thread_events(t);
    in_threads += events.size();
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(graph[events[i]].thread, t);
      EXPECT_EQ(graph[events[i]].index, i);
      if (i > 0) {
        EXPECT_LT(events[i - 1], events[i]);
      }
    }
    for (location_id l = 0; l < graph.locations(); ++l) {
      event_id expected = no_event;
      for (const event_id id : events) {
        if (graph[id].location != l) continue;
        EXPECT_EQ(graph[id].previous_access, expected);
        expected = id;
      }
      EXPECT_EQ(graph.last_access(l, t), expected);
    }
  }
  for (location_id l = 0; l < graph.locations(); ++l) {
    const auto order = graph.coherence_order(l);
    in_orders += order.size();
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      EXPECT_TRUE(graph[order[i]].is_write());
      EXPECT_EQ(graph[order[i]].location, l);
      EXPECT_EQ(graph[order[i]].coherence_position, i);
    }
    EXPECT_EQ(graph.coherence_latest(l), order.empty() ? initial_write : order.back());
  }
  for (event_id id = 0; id < graph.size(); ++id) writes += graph[id].is_write();
  EXPECT_EQ(in_threads, graph.size());
  EXPECT_EQ(in_orders, writes);
}

TEST(execution_graph, places_writes_where_it_is_told) {
  execution_graph graph;
  const event_id a = add_write(graph, 0, x, 0);
  const event_id b = add_write(graph, 1, x, 1);
  const event_id c = add_write(graph, 2, x, 0);
  EXPECT_EQ(copied(graph.coherence_order(x)), (std::vector{c, a, b}));
  graph.place(b, 0);
  EXPECT_EQ(copied(graph.coherence_order(x)), (std::vector{b, c, a}));
  graph.place(b, 1);
  EXPECT_EQ(copied(graph.coherence_order(x)), (std::vector{c, b, a}));
  graph.place(c, 2);
  EXPECT_EQ(copied(graph.coherence_order(x)), (std::vector{b, a, c}));
  EXPECT_EQ(graph.coherence_latest(y), initial_write);
  expect_consistent(graph);
}

TEST(execution_graph_death, no_write_is_placed_beyond_its_order) {
  execution_graph graph;
  add_write(graph, 0, x, 0);
  EXPECT_DEATH(add_write(graph, 1, x, 2), "inside its coherence order");
}

TEST(execution_graph, cut_forgets_what_came_later_and_nothing_else) {
  execution_graph graph;
  const event_id a = add_write(graph, 0, x, 0);
  const event_id r = add_read(graph, 0, y, initial_write);
  operation op;
  op.operand = {5, 0};
  graph.keep_operation(r, op);
  const event_id create = graph.add(0, event_kind::create, memory_order::relaxed, no_location);
  graph[create].val = {1, 0};
  graph.note_creation(1, create);
  const event_id b = add_write(graph, 1, x, 0);
  const event_id s = add_read(graph, 1, x, b);
  op.operand = {6, 0};
  graph.keep_operation(s, op);
  graph.clocks().copy(0);
  EXPECT_EQ(graph.unused_thread(), 2);

  graph.cut(b);
  EXPECT_EQ(graph.size(), 4u);
  EXPECT_EQ(copied(graph.coherence_order(x)), (std::vector{b, a}));
  EXPECT_EQ(graph.operation_of(graph[r]).operand.low, 5u);
  expect_consistent(graph);
  graph.cut(r);
  EXPECT_EQ(copied(graph.coherence_order(x)), std::vector{a});
  EXPECT_EQ(graph.creation(1), no_event);
  EXPECT_EQ(graph.unused_thread(), 1);
  EXPECT_EQ(graph.operation_of(graph[r]).operand.low, 5u);
  expect_consistent(graph);
  graph.cut(r);
  EXPECT_EQ(graph.size(), 2u);
}

TEST(execution_graph, cut_takes_the_clocks_of_what_it_forgets) {
  execution_graph graph;
  const event_id a = add_write(graph, 0, x, 0);
  graph.clocks().copy(0);
  const event_id b = add_write(graph, 1, x, 0);
  graph.clocks().copy(0);
  graph.clocks().copy(0);
  graph.cut(b);
  EXPECT_EQ(graph.clocks().size(), 4u);
  graph.cut(a);
  EXPECT_EQ(graph.clocks().size(), 2u);
}

/// Else they pile up as long as the frame of a graph is open.
TEST(execution_graph, cut_takes_the_operations_of_what_it_forgets) {
  execution_graph graph;
  const event_id kept = add_read(graph, 0, x, initial_write);
  graph.keep_operation(kept, {});
  for (unsigned round = 0; round < 3; ++round) {
    const event_id again = add_read(graph, 1, x, initial_write);
    operation op;
    op.operand = {round, 0};
    graph.keep_operation(again, op);
    EXPECT_EQ(graph[again].detail, 2u) << "it is the second operation that the graph knows";
    EXPECT_EQ(graph.operation_of(graph[again]).operand.low, round);
    const event_id plain = add_read(graph, 1, y, initial_write);
    EXPECT_EQ(graph[plain].detail, 0u);
    graph.cut(kept);
  }
}

TEST(execution_graph, has_room_for_many_threads) {
  execution_graph graph;
  std::vector<event_id> writes;
  for (thread_id t = 0; t < 40; ++t) writes.push_back(add_write(graph, t, t % 3, 0));
  expect_consistent(graph);
  for (thread_id t = 0; t < 40; ++t) EXPECT_EQ(graph.last_access(t % 3, t), writes[t]);
  EXPECT_EQ(graph.last_access(x, 1), no_event);
  EXPECT_EQ(graph.last_access(x, 1000), no_event);
  EXPECT_EQ(graph.length(1000), 0u);
}

TEST(execution_graph, clear_leaves_nothing) {
  execution_graph graph;
  add_write(graph, 3, y, 0);
  graph.clear();
  EXPECT_EQ(graph.size(), 0u);
  EXPECT_TRUE(graph.coherence_order(y).empty());
  EXPECT_EQ(graph.last_access(y, 3), no_event);
  expect_consistent(graph);
}

TEST(execution_graph, a_restriction_keeps_the_orders_of_what_it_keeps) {
  execution_graph from;
  const event_id a = add_write(from, 0, x, 0);
  const event_id lost = add_write(from, 1, x, 0);
  const event_id lost_read = add_read(from, 1, x, a);
  const event_id b = add_write(from, 2, x, 1);
  const event_id r = add_read(from, 0, x, b);
  const event_id i = add_read(from, 2, y, initial_write);
  operation op;
  op.operand = {9, 0};
  from.keep_operation(r, op);
  EXPECT_EQ(copied(from.coherence_order(x)), (std::vector{lost, b, a}));

  execution_graph to;
  add_write(to, 5, 7, 0);  // is gone afterwards
  std::vector<event_id> renamed;
  const std::vector<event_id> keep{a, b, r, i};
  to.become_restriction(from, keep, renamed);
  EXPECT_EQ(to.size(), 4u);
  EXPECT_EQ(renamed[lost], no_event);
  EXPECT_EQ(renamed[lost_read], no_event);
  EXPECT_EQ(copied(to.coherence_order(x)), (std::vector{renamed[b], renamed[a]}));
  EXPECT_EQ(to[renamed[r]].reads_from, renamed[b]);
  EXPECT_EQ(to[renamed[i]].reads_from, initial_write);
  EXPECT_EQ(to.operation_of(to[renamed[r]]).operand.low, 9u);
  EXPECT_EQ(to.length(1), 0u);
  EXPECT_TRUE(to.coherence_order(7).empty());
  EXPECT_EQ(to.last_access(7, 5), no_event);
  expect_consistent(to);
  expect_consistent(from);
}

TEST(execution_graph, a_restriction_knows_who_created_its_threads) {
  const auto add_creation = [](execution_graph& graph, thread_id thread, thread_id created) {
    const event_id c = graph.add(thread, event_kind::create, memory_order::relaxed, no_location);
    graph[c].val = {created, 0};
    graph.note_creation(created, c);
    return c;
  };
  execution_graph from;
  const event_id first = add_creation(from, 0, 1);
  add_write(from, 1, x, 0);
  const event_id second = add_creation(from, 0, 2);
  const event_id third = add_creation(from, 1, 3);
  execution_graph to;
  add_creation(to, 0, 3);  // is gone afterwards
  std::vector<event_id> renamed;
  to.become_restriction(from, std::vector<event_id>{first, second}, renamed);
  EXPECT_EQ(renamed[third], no_event);
  EXPECT_EQ(to.creation(0), no_event);
  EXPECT_EQ(to.creation(1), renamed[first]);
  EXPECT_EQ(to.creation(2), renamed[second]);
  EXPECT_NE(renamed[second], second);
  EXPECT_EQ(to.creation(3), no_event);
  EXPECT_EQ(to.unused_thread(), 3);
  expect_consistent(to);
}

TEST(execution_graph, stays_consistent_under_random_changes) {
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::uint32_t>(random() % n); };
  execution_graph graph;
  execution_graph other;
  for (unsigned round = 0; round < 2000; ++round) {
    const auto thread = static_cast<thread_id>(below(7));
    const location_id location = below(4);
    const auto order = graph.coherence_order(location);
    const unsigned what = below(10);
    if (what < 4) {
      add_write(graph, thread, location, below(order.size() + 1));
    } else if (what < 7) {
      const std::uint32_t from = below(order.size() + 1);
      add_read(graph, thread, location, from == 0 ? initial_write : order[from - 1]);
    } else if (what == 7 && !order.empty()) {
      graph.place(order[below(order.size())], below(order.size()));
    } else if (what == 8 && graph.size() > 20) {
      graph.cut(below(graph.size()));
    } else if (what == 9 && graph.size() > 20) {
      // Of each thread a prefix; reads whose source goes are to be bound anew.
      std::vector<std::uint32_t> prefix(graph.threads());
      for (thread_id t = 0; t < graph.threads(); ++t) prefix[t] = below(graph.length(t) + 1);
      std::vector<event_id> keep, renamed;
      for (event_id id = 0; id < graph.size(); ++id) {
        if (graph[id].index < prefix[graph[id].thread]) keep.push_back(id);
      }
      other.become_restriction(graph, keep, renamed);
      EXPECT_EQ(other.size(), keep.size());
      std::swap(graph, other);
      for (event_id id = 0; id < graph.size(); ++id) {
        if (graph[id].is_read() && graph[id].reads_from == no_event) {
          graph[id].reads_from = initial_write;
        }
      }
    }
    expect_consistent(graph);
    if (::testing::Test::HasFailure()) FAIL() << "after " << round << " changes";
  }
}

}  // namespace
}  // namespace heddle
