// Any execution that the search finds can be followed again from its list of decisions: the graph
// of the follower is the same graph, although it is built in another order and by other code.
#include "model/explore/follower.hpp"

#include <gtest/gtest.h>

#include "model/explore/exhaustive.hpp"
#include "model/testing/litmus_program.hpp"
#include "model/testing/random_program.hpp"
#include "model/testing/search_runner.hpp"

namespace heddle::testing {
namespace {

constexpr memory_model all_models[] = {memory_model::cpp20, memory_model::rc11, memory_model::sc};
constexpr unsigned max_executions = 400;  // of one program under one model

struct totals {
  std::uint64_t followed = 0, with_deviations = 0, stuck = 0, switches = 0;
};

/// Whether memory is the latest write in the order of the events. Blocked reads come when they
/// like.
bool all_reads_are_latest(const execution_graph& graph) {
  std::vector<event_id> memory(graph.locations(), initial_write);
  for (event_id id = 0; id < graph.size(); ++id) {
    const event& e = graph[id];
    if (e.is_read() && !e.blocked() && e.reads_from != memory[e.location]) return false;
    if (e.is_write()) memory[e.location] = id;
  }
  return true;
}

/// Follows every execution of the program; the first one that comes out differently, as text.
std::string follow_all(const litmus_code& code, memory_model model, totals& total) {
  litmus_program program(code, failed_assertion::blocks_thread);
  litmus_program again(code, failed_assertion::blocks_thread);
  search_options options;
  options.model = model;
  exhaustive search(options);
  for (unsigned n = 0; n < max_executions && search.begin_execution(); ++n) {
    program.run(search);
    const ending end = search.end_execution();
    const graph_key key = key_of(search.graph(), program, false);
    const std::string what = std::string(heddle::name_of(model)) + ", execution " +
                             std::to_string(n) + "\n" + code.text + describe(key, code);
    const decisions execution = linearise(search.graph(), model);
    const auto parsed = parse_token(token_of(execution, code.name), code.name);
    if (!std::holds_alternative<decisions>(parsed)) return "the token is refused: " + what;
    follower follow(options, std::get<decisions>(parsed));
    follow.begin_execution();
    again.run(follow);
    const ending end_again = follow.end_execution();
    if (end_again == ending::nondeterministic) return follow.diverged().how + (": " + what);
    if (!follow.followed_to_the_end()) return "it stops early: " + what;
    const graph_key key_again = key_of(follow.graph(), again, false);
    if (key_again != key) return what + "\nfollowed as\n" + describe(key_again, code);
    // A wait may have read an old value for ever in the search; followed, it waits for a new one.
    const bool as_it_ended = end_again == end || (end == ending::blocked);
    if (!as_it_ended) return "it ends in another way: " + what;
    if (is_sequentially_consistent(search.graph()) && !all_reads_are_latest(follow.graph())) {
      return "a sequentially consistent execution is not shown as one: " + what;
    }
    ++total.followed;
    total.with_deviations += execution.deviations.empty() ? 0 : 1;
    total.stuck += end == ending::deadlock ? 1 : 0;
    total.switches += execution.schedule.size();
  }
  return {};
}

TEST(follower, follows_every_execution_of_random_programs) {
  totals total;
  unsigned different = 0;
  for (std::uint64_t seed = 1; seed <= 2'400 && different < 3; ++seed) {
    random_program_limits limits;
    limits.max_operations = 8;
    limits.locks = seed % 4 != 0;
    limits.stops = seed % 4 > 1;
    const litmus_code code = compile(random_program(seed, limits));
    for (const memory_model model : all_models) {
      const std::string difference = follow_all(code, model, total);
      if (difference.empty()) continue;
      ++different;
      ADD_FAILURE() << "seed " << seed << ", " << difference;
    }
  }
  EXPECT_GT(total.followed, 20'000u);
  EXPECT_GT(total.with_deviations, 1'000u);
  EXPECT_GT(total.stuck, 100u);
}

constexpr const char* message_passing =
    "P0:\n  x.store(1, rlx)\n  y.store(1, rlx)\nP1:\n  r = y.load(rlx)\n  s = x.load(rlx)\n";

TEST(follower, goes_on_canonically_beyond_its_decisions) {
  const litmus_code code = compile(message_passing);
  litmus_program program(code);
  follower follow({}, decisions{});
  follow.begin_execution();
  program.run(follow);
  EXPECT_EQ(follow.end_execution(), ending::complete);
  EXPECT_TRUE(follow.followed_to_the_end());
}

TEST(follower, can_follow_again) {
  const litmus_code code = compile(message_passing);
  litmus_program program(code);
  exhaustive search({});
  ASSERT_TRUE(search.begin_execution());
  program.run(search);
  const decisions execution = linearise(search.graph(), memory_model::cpp20);
  const graph_key key = key_of(search.graph(), program, false);
  follower follow({}, execution);
  for (unsigned i = 0; i < 3; ++i) {
    follow.begin_execution();
    program.run(follow);
    EXPECT_EQ(follow.end_execution(), ending::complete);
    EXPECT_EQ(key_of(follow.graph(), program, false), key);
  }
}

/// A store in thread 0, then a load of it that goes one write back: coherence forbids it.
TEST(follower, says_that_a_read_cannot_be) {
  const litmus_code code = compile("P0:\n  x.store(1, rlx)\n  r = x.load(rlx)\n");
  litmus_program program(code);
  // Creation; the store; the load.
  follower follow({}, {memory_model::cpp20, {{0, 1}, {1, 2}}, {{2, 1}}});
  follow.begin_execution();
  program.run(follow);
  EXPECT_EQ(follow.end_execution(), ending::nondeterministic);
  EXPECT_EQ(follow.diverged().thread, 1);
  EXPECT_NE(std::string(follow.diverged().how).find("a read that cannot see"), std::string::npos);
}

TEST(follower, says_that_a_write_cannot_be) {
  const litmus_code code = compile("P0:\n  x.store(1, rlx)\n  x.store(2, rlx)\n");
  litmus_program program(code);
  follower follow({}, {memory_model::cpp20, {{0, 1}, {1, 2}}, {{2, 1}}});
  follow.begin_execution();
  program.run(follow);
  EXPECT_EQ(follow.end_execution(), ending::nondeterministic);
  EXPECT_NE(std::string(follow.diverged().how).find("a write that cannot go"), std::string::npos);
}

TEST(follower, says_that_a_thread_cannot_run) {
  const litmus_code code = compile(message_passing);
  litmus_program program(code);
  follower follow({}, {memory_model::cpp20, {{0, 1}, {7, 1}}, {}});
  follow.begin_execution();
  program.run(follow);
  EXPECT_EQ(follow.end_execution(), ending::nondeterministic);
  EXPECT_NE(std::string(follow.diverged().how).find("another operation"), std::string::npos);
}

}  // namespace
}  // namespace heddle::testing
