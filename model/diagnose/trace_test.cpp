#include "model/diagnose/trace.hpp"

#include <gtest/gtest.h>

#include <map>

#include "model/memory_model/hand_made_graph.hpp"

namespace heddle::diagnose {
namespace {

using enum memory_order;
using place = std::pair<thread_id, std::uint32_t>;

/// What the program says of its events: a name and an address; the stack is the index.
event_lookup names(std::map<place, recorded_event> known) {
  return [known](thread_id thread, std::uint32_t index) {
    const auto found = known.find({thread, index});
    recorded_event result = found == known.end() ? recorded_event{} : found->second;
    result.stack = {index + 1};
    return result;
  };
}

TEST(trace, tells_each_event_with_its_source) {
  hand_made_graph g;
  const event_id create = g.create(0, 1);
  const event_id w = g.write(0, 0, release);
  g.graph()[w].val = {1'000'000, 0};
  const event_id r = g.read(1, 0, acquire, w);
  g.graph()[r].val = {1'000'000, 0};
  const event_id old = g.read(1, 1, relaxed, initial_write);
  g.finish(1);
  ASSERT_EQ(create, 0u);
  ASSERT_EQ(old, 3u);
  const auto trace = trace_of(g.graph(), names({{{0, 0}, {"create", 0, {}}},
                                                {{0, 1}, {"store", 0x10, {}}},
                                                {{1, 0}, {"load", 0x10, {}}},
                                                {{1, 1}, {"load", 0x20, {}}},
                                                {{1, 2}, {"finish", 0, {}}}}));
  ASSERT_EQ(trace.size(), 5u);
  EXPECT_EQ(trace[0].operation, "create");
  EXPECT_EQ(trace[0].value, "T1");
  EXPECT_EQ(trace[0].order, "");
  EXPECT_EQ(trace[0].object, "");
  EXPECT_EQ(trace[1].operation, "store");
  EXPECT_EQ(trace[1].order, "release");
  EXPECT_EQ(trace[1].value, "0xf4240");
  EXPECT_EQ(trace[1].object, "atomic 1");
  EXPECT_TRUE(trace[1].writes);
  EXPECT_FALSE(trace[1].reads);
  EXPECT_EQ(trace[1].stack, call_stack{2u});
  EXPECT_EQ(trace[2].thread, 1);
  EXPECT_EQ(trace[2].index, 0u);
  EXPECT_EQ(trace[2].object, "atomic 1");
  EXPECT_TRUE(trace[2].reads);
  EXPECT_FALSE(trace[2].writes);
  EXPECT_FALSE(trace[2].reads_initial);
  EXPECT_EQ(trace[2].reads_from_thread, 0);
  EXPECT_EQ(trace[2].reads_from_index, 1u);
  EXPECT_FALSE(trace[2].stale);
  EXPECT_EQ(trace[3].object, "atomic 2");
  EXPECT_EQ(trace[3].value, "0");
  EXPECT_TRUE(trace[3].reads_initial);
  EXPECT_FALSE(trace[3].stale) << "nobody has written it";
  EXPECT_TRUE(trace[4].stack.empty());
}

TEST(trace, a_read_is_stale_if_something_newer_was_there_to_see) {
  hand_made_graph g;
  const event_id w = g.write(0, 0, relaxed);
  g.read(1, 0, relaxed, initial_write);  // stale: w is there
  g.read(1, 0, relaxed, w);              // not stale: the next write comes later
  g.write(0, 0, relaxed);
  g.read(2, 0, relaxed, w);  // stale
  const event_id before = g.write(3, 0, relaxed, 0);
  g.read(4, 0, relaxed, before);  // stale
  g.read(4, 0, relaxed, g.graph().coherence_latest(0));
  const auto trace = trace_of(g.graph(), names({}));
  std::vector<bool> stale;
  for (const trace_event& e : trace) {
    if (e.reads) stale.push_back(e.stale);
  }
  EXPECT_EQ(stale, (std::vector<bool>{true, false, true, true, false}));
  EXPECT_EQ(trace[0].coherence_position, 1u);
  EXPECT_EQ(trace[3].coherence_position, 2u);
  EXPECT_EQ(trace[5].coherence_position, 0u);
}

TEST(trace, a_read_modify_write_is_one_entry) {
  hand_made_graph g;
  const event_id x = g.modify(0, 0, acq_rel, initial_write);
  operation op;
  op.kind = operation_kind::read_modify_write;
  op.order = acq_rel;
  g.graph().keep_operation(x - 1, op);
  g.graph()[x - 1].val = {4, 0};
  g.graph()[x].val = {5, 0};
  g.read(0, 0, relaxed, x);
  const auto trace =
      trace_of(g.graph(), names({{{0, 0}, {"fetch_add", 0x10, {}}}, {{0, 2}, {"load", 0x10, {}}}}));
  ASSERT_EQ(trace.size(), 2u);
  EXPECT_EQ(trace[0].operation, "fetch_add");
  EXPECT_EQ(trace[0].order, "acq_rel");
  EXPECT_EQ(trace[0].value, "4 -> 5");
  EXPECT_TRUE(trace[0].reads && trace[0].writes);
  EXPECT_EQ(trace[1].index, 2u);
  EXPECT_EQ(trace[1].reads_from_index, 0u);  // where its row is
}

TEST(trace, what_is_in_a_mutex_is_not_shown) {
  hand_made_graph g;
  const event_id x = g.modify(0, 0, acquire, initial_write);
  g.write(0, 0, release);
  ASSERT_EQ(x, 1u);
  const auto trace =
      trace_of(g.graph(), names({{{0, 0}, {"lock", 0x10, {}}}, {{0, 2}, {"unlock", 0x10, {}}}}));
  ASSERT_EQ(trace.size(), 2u);
  EXPECT_EQ(trace[0].value, "");
  EXPECT_EQ(trace[1].value, "");
  EXPECT_EQ(trace[0].object, "mutex 1");
  EXPECT_EQ(trace[1].object, "mutex 1");
}

TEST(trace, sixteen_bytes_are_one_number) {
  hand_made_graph g;
  const event_id w = g.write(0, 0, relaxed);
  g.graph()[w].val = {0x1f, 0xa};
  EXPECT_EQ(trace_of(g.graph(), names({}))[0].value, "0xa000000000000001f");
}

trace_event entry(thread_id thread, const char* operation, const char* value = "") {
  trace_event result;
  result.thread = thread;
  result.operation = operation;
  result.value = value;
  return result;
}

TEST(explain_switches, says_why_a_thread_is_left) {
  std::vector<trace_event> trace{entry(0, "create", "T1"), entry(1, "load"),
                                 entry(0, "store"),        entry(1, "store"),
                                 entry(1, "lock"),         entry(0, "join", "T1")};
  explain_switches(trace, {"", "waits for mutex 1"});
  EXPECT_EQ(trace[0].leaves, "is interrupted before store");
  EXPECT_EQ(trace[1].leaves, "is interrupted before store");
  EXPECT_EQ(trace[2].leaves, "waits for T1 to finish");
  EXPECT_EQ(trace[3].leaves, "") << "the thread goes on";
  EXPECT_EQ(trace[4].leaves, "waits for mutex 1") << "its last event";
  EXPECT_EQ(trace[5].leaves, "");
}

TEST(insert_lines, stand_behind_what_the_thread_had_done) {
  std::vector<trace_event> trace{entry(0, "create", "T1"), entry(1, "load"), entry(0, "fetch_add"),
                                 entry(0, "store")};
  trace[2].index = 1;  // a read-modify-write is two events
  trace[3].index = 3;
  insert_lines(trace, {{0, {0, "first", {}}},
                       {0, {3, "third", {}}},
                       {0, {3, "fourth", {}}},
                       {1, {0, "second", {}}},
                       {2, {0, "nowhere else", {}}}});
  const auto words = [](const trace_event& e) { return e.logged ? e.value : e.operation; };
  std::vector<std::string> told;
  for (const trace_event& e : trace) told.push_back(words(e));
  EXPECT_EQ(told, (std::vector<std::string>{"first", "create", "second", "load", "fetch_add",
                                            "third", "fourth", "store", "nowhere else"}));
  explain_switches(trace, {"", "", ""});
  EXPECT_EQ(trace[1].leaves, "is interrupted before fetch_add");
  EXPECT_EQ(trace[6].leaves, "");
}

TEST(explain_switches, the_last_event_of_a_thread_needs_no_reason) {
  std::vector<trace_event> trace{entry(1, "store"), entry(0, "load")};
  explain_switches(trace, {"", ""});
  EXPECT_EQ(trace[0].leaves, "");
  EXPECT_EQ(trace[1].leaves, "");
}

}  // namespace
}  // namespace heddle::diagnose
