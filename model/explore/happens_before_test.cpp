// What the search says of plain accesses: which events happen before a thread's next one, and which
// atomic accesses it races with. Judged by the clocks of the events, which clocks_test judges.
#include <gtest/gtest.h>

#include "model/explore/exhaustive.hpp"
#include "model/testing/litmus_program.hpp"
#include "model/testing/random_program.hpp"

namespace heddle::testing {
namespace {

/// Asks the search after each operation what happens before the next plain access.
class clock_watcher final : public recorder {
 public:
  explicit clock_watcher(graph_recorder& search) : search_(search) {}

  step perform(thread_id thread, const operation& op) override {
    const step answer = search_.perform(thread, op);
    if (answer.status != step_status::done) return answer;
    const clock_view now = search_.happens_before(thread);
    wrong += is_of_last_event(thread, now) ? 0 : 1;
    if (op.kind != operation_kind::create_thread) return answer;
    // All that the creator has done, the creation included, happens before the new thread.
    const clock_view created = search_.happens_before(static_cast<thread_id>(answer.result.low));
    wrong += created.events == 0 && created.entries[thread] == now.events ? 0 : 1;
    return answer;
  }
  thread_id next_thread() override { return search_.next_thread(); }
  void initialise(location_id location, value initial) override {
    search_.initialise(location, initial);
  }
  step spin(thread_id thread, std::uint32_t first_read_index, bool undone) override {
    return search_.spin(thread, first_read_index, undone);
  }
  unordered_access unordered_before(thread_id thread, location_id location,
                                    bool writes_only) const override {
    return search_.unordered_before(thread, location, writes_only);
  }
  clock_view happens_before(thread_id thread) const override {
    return search_.happens_before(thread);
  }

  unsigned wrong = 0;

 private:
  bool is_of_last_event(thread_id thread, const clock_view& now) const {
    const execution_graph& graph = search_.graph();
    if (now.events == 0 || now.events > graph.length(thread)) return false;
    const event& last = graph[graph.thread_events(thread)[now.events - 1]];
    for (thread_id u = 0; u < now.width; ++u) {
      if (u != thread && now.entries[u] != graph.clocks().at(last.happens_before, u)) return false;
    }
    return true;
  }

  graph_recorder& search_;
};

TEST(happens_before, is_that_of_the_threads_last_event) {
  std::uint64_t executions = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const litmus_code code = compile(random_program(seed));
    litmus_program program(code, failed_assertion::blocks_thread);
    exhaustive search({});
    clock_watcher watcher(search);
    while (search.begin_execution()) {
      program.run(watcher);
      search.end_execution();
      ++executions;
      ASSERT_EQ(watcher.wrong, 0u) << code.text;
    }
  }
  EXPECT_GT(executions, 2'000u);
}

/// P0 stores data, then the flag; P1 (thread 2) reads the flag and something unrelated. Whoever has
/// not seen the flag set, or not with acquire, races with the store of the data.
TEST(happens_before, an_access_is_unordered_unless_a_message_was_received) {
  for (const bool acquires : {true, false}) {
    const litmus_code code =
        compile(std::string("P0:\n  x.store(1, rlx)\n  y.store(1, rel)\nP1:\n  r = y.load(") +
                (acquires ? "acq" : "rlx") + ")\n  s = z.load(rlx)\nP2:\n  z.store(1, rlx)\n");
    ASSERT_EQ(code.locations[0].name, "x");
    litmus_program program(code);
    exhaustive search({});
    unsigned ordered = 0, unordered = 0;
    while (search.begin_execution()) {
      program.run(search);
      EXPECT_EQ(search.end_execution(), ending::complete);
      const event& read = search.graph()[search.graph().thread_events(2)[0]];
      const auto found = search.unordered_before(2, 0, false);
      if (acquires && read.reads_from != initial_write) {
        EXPECT_EQ(found.thread, no_thread);
        ++ordered;
      } else {
        EXPECT_EQ(found.thread, 1);
        EXPECT_EQ(found.index, 0u);
        EXPECT_TRUE(found.write);
        ++unordered;
      }
    }
    // Each of the two reads sees the initial value or the store.
    EXPECT_EQ(ordered, acquires ? 2u : 0u);
    EXPECT_EQ(unordered, acquires ? 2u : 4u);
  }
}

}  // namespace
}  // namespace heddle::testing
