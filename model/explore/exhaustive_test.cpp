// What the search says of itself: its progress, its bounds, and programs that do not repeat.
#include "model/explore/exhaustive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "model/testing/litmus_program.hpp"
#include "model/testing/random_program.hpp"

namespace heddle::testing {
namespace {

TEST(exhaustive, its_explored_fraction_rises_to_one) {
  unsigned with_many = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    const litmus_code code = compile(random_program(seed));
    litmus_program program(code);
    for (const memory_model model : {memory_model::cpp20, memory_model::rc11, memory_model::sc}) {
      search_options options;
      options.model = model;
      exhaustive search(options);
      double before = 0;
      unsigned executions = 0;
      EXPECT_EQ(search.explored_fraction(), 0);
      while (search.begin_execution()) {
        EXPECT_GE(search.explored_fraction(), before);
        EXPECT_LT(search.explored_fraction(), 1 + 1e-9);
        before = search.explored_fraction();
        program.run(search);
        search.end_execution();
        ++executions;
      }
      EXPECT_GE(search.explored_fraction(), before);
      EXPECT_NEAR(search.explored_fraction(), 1, 1e-9) << code.text;
      with_many += executions > 10 ? 1 : 0;
    }
  }
  EXPECT_GT(with_many, 100u);
}

unsigned count(exhaustive& search, program& program) {
  unsigned executions = 0;
  while (search.begin_execution()) {
    program.run(search);
    search.end_execution();
    ++executions;
  }
  return executions;
}

TEST(exhaustive, begins_again_when_told) {
  const litmus_code code =
      compile("P0:\n  x.store(1)\n  r = y.load()\nP1:\n  y.store(1)\n  r = x.load()\n");
  litmus_program program(code);
  exhaustive search({});
  const unsigned all = count(search, program);
  EXPECT_EQ(all, 3u);
  search.restart();
  ASSERT_TRUE(search.begin_execution());
  program.run(search);
  search.end_execution();
  search.restart();  // in the middle
  EXPECT_EQ(search.explored_fraction(), 0);
  EXPECT_EQ(count(search, program), all);
  EXPECT_NEAR(search.explored_fraction(), 1, 1e-9);
}

TEST(exhaustive, cuts_an_execution_that_is_too_long) {
  const litmus_code code = compile("P0:\n  for i in range(50):\n    x.store(i, rlx)\n");
  litmus_program program(code);
  for (const std::uint32_t max_steps : {10u, 54u, 1000u}) {
    search_options options;
    options.max_steps = max_steps;
    exhaustive search(options);
    ASSERT_TRUE(search.begin_execution());
    program.run(search);
    // 50 stores, creation, join, and two that finish.
    EXPECT_EQ(search.end_execution(), max_steps < 54 ? ending::cut : ending::complete);
    EXPECT_LE(search.graph().size(), max_steps);
    EXPECT_FALSE(search.begin_execution());
  }
}

/// One thread that performs what it is told to.
class one_thread final : public program {
 public:
  std::function<std::vector<operation>()> operations;
  std::vector<step> steps;

  void run(recorder& recorder) override {
    steps.clear();
    for (location_id l = 0; l < 3; ++l) recorder.initialise(l, {});
    if (recorder.next_thread() != 0) return;
    for (const operation& op : operations()) {
      steps.push_back(recorder.perform(0, op));
      if (steps.back().status != step_status::done) return;
    }
    recorder.next_thread();
  }
};

operation choose_of(std::uint64_t alternatives) {
  operation op;
  op.kind = operation_kind::choose;
  op.operand = {alternatives, 0};
  return op;
}

operation access_of(operation_kind kind, location_id location, std::uint64_t operand = 0,
                    memory_order order = memory_order::relaxed) {
  operation op;
  op.kind = kind;
  op.location = location;
  op.operand = {operand, 0};
  op.order = order;
  return op;
}

operation finish() { return access_of(operation_kind::finish_thread, no_location); }

/// The first execution performs `first`, the second `second`; a choice at the end makes two.
divergence divergence_of(const operation& first, const operation& second) {
  one_thread program;
  unsigned runs = 0;
  program.operations = [&] {
    return std::vector{access_of(operation_kind::store, 0, 1), runs++ == 0 ? first : second,
                       choose_of(2), finish()};
  };
  exhaustive search({});
  EXPECT_TRUE(search.begin_execution());
  program.run(search);
  EXPECT_EQ(search.end_execution(), ending::complete);
  EXPECT_TRUE(search.begin_execution());
  program.run(search);
  if (search.end_execution() != ending::nondeterministic) return {};
  EXPECT_EQ(program.steps.back().status, step_status::stop);
  return search.diverged();
}

TEST(exhaustive, notices_a_program_that_changes) {
  using enum operation_kind;
  const operation stored = access_of(store, 1, 5);
  operation narrow = stored;
  narrow.size = 4;
  operation add = access_of(read_modify_write, 1, 5);
  add.modify = modification::add;
  operation exchange = access_of(compare_exchange, 1, 5);
  operation other_exchange = exchange;
  other_exchange.expected = {7, 0};
  struct row {
    operation first, second;
    std::string how;
  };
  for (const row& r : {
           row{stored, access_of(store, 2, 5), "on another object"},
           row{stored, access_of(store, 1, 6), "with another value or memory order"},
           row{stored, access_of(store, 1, 5, memory_order::release),
               "with another value or memory order"},
           row{stored, narrow, "with another value or memory order"},
           row{stored, access_of(load, 1), "another operation"},
           row{access_of(load, 1), access_of(load, 2), "on another object"},
           row{access_of(load, 1), access_of(load, 1, 0, memory_order::acquire),
               "with another value or memory order"},
           row{access_of(load, 1), stored, "another operation"},
           row{add, access_of(read_modify_write, 1, 6), "another operation"},
           row{exchange, other_exchange, "another operation"},
           row{exchange, add, "another operation"},
           row{access_of(fence, no_location), stored, "another operation"},
           row{access_of(fence, no_location, 0, memory_order::acquire),
               access_of(fence, no_location, 0, memory_order::release), "another operation"},
           row{stored, finish(), "another operation"},
       }) {
    const divergence found = divergence_of(r.first, r.second);
    EXPECT_EQ(found.thread, 0);
    EXPECT_EQ(found.index, 1u);
    EXPECT_EQ(found.how, r.how);
    EXPECT_EQ(found.now, r.second.kind);
    // The same program twice is no divergence.
    EXPECT_EQ(divergence_of(r.first, r.first).thread, no_thread);
  }
}

/// A program that gives up before what the graph holds is abandoned, not complete.
TEST(exhaustive, an_execution_that_the_program_ends_is_abandoned) {
  one_thread program;
  program.operations = [] { return std::vector{access_of(operation_kind::store, 0, 1)}; };
  exhaustive search({});
  ASSERT_TRUE(search.begin_execution());
  program.run(search);
  EXPECT_EQ(search.end_execution(), ending::abandoned);
  EXPECT_FALSE(search.begin_execution());
}

TEST(exhaustive, answers_with_values_and_says_what_is_latest) {
  one_thread program;
  operation add = access_of(operation_kind::read_modify_write, 0, 3);
  add.modify = modification::add;
  add.size = 1;
  operation failing = access_of(operation_kind::compare_exchange, 0, 9);
  failing.expected = {1, 0};
  operation succeeding = failing;
  succeeding.expected = {2, 0};
  program.operations = [&] {
    return std::vector{access_of(operation_kind::store, 0, 255), add,     failing, succeeding,
                       access_of(operation_kind::load, 0),       finish()};
  };
  exhaustive search({});
  ASSERT_TRUE(search.begin_execution());
  program.run(search);
  ASSERT_EQ(program.steps.size(), 6u);
  EXPECT_TRUE(program.steps[0].latest);
  EXPECT_EQ(program.steps[1].result.low, 255u);
  EXPECT_TRUE(program.steps[1].latest);
  EXPECT_EQ(program.steps[2].result.low, 2u);
  EXPECT_FALSE(program.steps[2].latest) << "it did not write";
  EXPECT_EQ(program.steps[3].result.low, 2u);
  EXPECT_TRUE(program.steps[3].latest);
  EXPECT_EQ(program.steps[4].result.low, 9u);
  EXPECT_FALSE(program.steps[4].latest);
  EXPECT_EQ(search.happens_before(0).events, 8u);
  EXPECT_EQ(search.end_execution(), ending::complete);
}

/// Stands between a program and the search and keeps memory as the runtime does: it holds what the
/// latest write of those that have happened wrote.
class memory_keeper final : public recorder {
 public:
  explicit memory_keeper(graph_recorder& search) : search_(search) {}

  step perform(thread_id thread, const operation& op) override {
    const step answer = search_.perform(thread, op);
    if (answer.status != step_status::done || op.location == no_location) return answer;
    if (op.kind != operation_kind::store) {
      const auto& seen = written_[op.location];
      if (std::find(seen.begin(), seen.end(), answer.result) == seen.end()) ++from_the_future;
    }
    value now = op.operand;
    if (op.kind == operation_kind::load) return answer;
    if (op.kind == operation_kind::compare_exchange && !(answer.result == op.expected)) {
      return answer;
    }
    if (op.kind == operation_kind::read_modify_write) {
      now = apply(op.modify, answer.result, op.operand, op.size);
    }
    written_[op.location].push_back(now);
    if (answer.latest) memory_[op.location] = now;
    return answer;
  }
  thread_id next_thread() override { return search_.next_thread(); }
  void initialise(location_id location, value initial) override {
    search_.initialise(location, initial);
    if (memory_.size() <= location) memory_.resize(location + 1u), written_.resize(location + 1u);
    memory_[location] = initial;
    written_[location] = {initial};
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

  /// How many locations hold something else than the end of their coherence order.
  unsigned wrong_locations() const {
    unsigned wrong = 0;
    for (location_id l = 0; l < memory_.size(); ++l) {
      const event_id last = search_.graph().coherence_latest(l);
      wrong += last != initial_write && !(search_.graph()[last].val == memory_[l]) ? 1 : 0;
    }
    return wrong;
  }
  unsigned from_the_future = 0;  // reads of what nobody had written yet

 private:
  graph_recorder& search_;
  std::vector<value> memory_;
  std::vector<std::vector<value>> written_;
};

TEST(exhaustive, repeats_a_graph_in_an_order_that_memory_can_follow) {
  std::uint64_t executions = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    const litmus_code code = compile(random_program(seed));
    litmus_program program(code, failed_assertion::blocks_thread);
    exhaustive search({});
    memory_keeper memory(search);
    while (search.begin_execution()) {
      program.run(memory);
      search.end_execution();
      ++executions;
      ASSERT_EQ(memory.wrong_locations(), 0u) << code.text;
      ASSERT_EQ(memory.from_the_future, 0u) << code.text;
    }
  }
  EXPECT_GT(executions, 5'000u);
}

}  // namespace
}  // namespace heddle::testing
