// Shrinking, on litmus tests whose smallest failing executions are known, from executions that were
// drawn at random; and what must hold for any program: what comes out fails, can be followed, is
// not larger, and does not become smaller again.
#include "model/explore/shrink.hpp"

#include <gtest/gtest.h>

#include <string>

#include "model/explore/follower.hpp"
#include "model/explore/random_search.hpp"
#include "model/testing/litmus_program.hpp"
#include "model/testing/random_program.hpp"
#include "model/testing/search_runner.hpp"

namespace heddle {

void PrintTo(const execution_size& size, std::ostream* out) {
  *out << size.threads << " threads, " << size.operations << " operations, " << size.switches
       << " switches, " << size.stale_reads << " stale reads, " << size.late_writes
       << " late writes, " << size.choices << " choices of " << size.alternatives << " in all";
}

namespace testing {
namespace {

enum class wanted : std::uint8_t { assertion, deadlock };

bool fails(litmus_program& program, graph_recorder& run, wanted what) {
  program.run(run);
  const ending end = run.end_execution();
  if (end == ending::nondeterministic) return false;
  return what == wanted::assertion ? program.any_failed() : end == ending::deadlock;
}

/// The first execution of the seed that fails.
std::optional<decisions> drawn(const litmus_code& code, memory_model model, std::uint64_t seed,
                               wanted what) {
  litmus_program program(code);
  const auto scheduler = make_scheduler(search_mode::random, 1);
  search_options options;
  options.model = model;
  random_search search(options, *scheduler, seed);
  for (std::uint64_t n = 0; n < 50'000; ++n) {
    search.begin_execution(n);
    if (fails(program, search, what)) return linearise(search.graph(), model);
  }
  return std::nullopt;
}

std::optional<shrunk_execution> shrink_one(const litmus_code& code, const decisions& failing,
                                           wanted what, std::uint64_t budget = 2'000) {
  litmus_program program(code);
  return shrink({}, failing, [&](graph_recorder& run, bool) { return fails(program, run, what); },
                {budget, {}});
}

/// Whether every one of `seeds` drawn failures shrinks to this.
void expect_size(const std::string& text, const execution_size& smallest,
                 memory_model model = memory_model::cpp20, wanted what = wanted::assertion,
                 std::uint64_t seeds = 20) {
  SCOPED_TRACE(text);
  const litmus_code code = compile(text);
  std::uint32_t larger = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto failing = drawn(code, model, seed, what);
    ASSERT_TRUE(failing) << "nothing to shrink with seed " << seed;
    const auto shrunk = shrink_one(code, *failing, what);
    ASSERT_TRUE(shrunk) << "the failure is not followed, seed " << seed;
    EXPECT_TRUE(shrunk->finished);
    EXPECT_EQ(shrunk->after, smallest) << "seed " << seed;
    if (shrunk->before != smallest) ++larger;
  }
  EXPECT_GT(larger, 0u) << "there was nothing to shrink";
}

/// In each of k turns the other thread must have had its own.
std::string handshake(unsigned turns) {
  std::string texts[2] = {"P0:\n", "P1:\n"};
  for (unsigned i = 0; i < turns; ++i) {
    std::string& mine = texts[i % 2];
    const std::string number = std::to_string(i);
    mine += "  r" + number + " = s.load(rlx)\n  assume(r" + number + " == " + number + ")\n";
    mine += "  s.store(" + std::to_string(i + 1) + ", rlx)\n";
    mine += "  n" + number + " = z.faa(1, rlx)\n";
  }
  texts[(turns - 1) % 2] += "  assert 0 == 1\n";
  return texts[0] + texts[1];
}

TEST(shrink, leaves_as_many_switches_as_the_bug_needs) {
  // P0 need not begin with its own turn: both threads are created first.
  for (unsigned turns = 1; turns <= 6; ++turns) {
    const std::uint32_t operations = 2 + 3 * turns - (turns > 1 ? 1 : 0);
    expect_size(handshake(turns),
                {.threads = turns > 1 ? 3u : 2u,
                 .operations = operations - (turns == 1 ? 1 : 0),
                 .switches = turns},
                memory_model::sc);
  }
}

TEST(shrink, leaves_one_stale_read_of_store_buffering) {
  expect_size(
      "P0:\n  x.store(1, rlx)\n  r = y.load(rlx)\n  a.store(r + 1, rlx)\n"
      "P1:\n  y.store(1, rlx)\n  r = x.load(rlx)\n  b.store(r + 1, rlx)\n"
      "final:\n  p = a.load(rlx)\n  q = b.load(rlx)\n  assert p + q != 2\n",
      {.threads = 3, .operations = 14, .switches = 3, .stale_reads = 1});
}

TEST(shrink, leaves_one_stale_read_of_message_passing_and_no_third_thread) {
  expect_size(
      "P0:\n  x.store(1, rlx)\n  y.store(1, rlx)\n  z.store(3, rlx)\n"
      "P1:\n  r = y.load(rlx)\n  s = x.load(rlx)\n  assert r == 0 or s == 1\n"
      "P2:\n  a = z.load(rlx)\n  z.store(1, rlx)\n  b = z.faa(1, rlx)\n  c = x.load(rlx)\n",
      {.threads = 3, .operations = 6, .switches = 2, .stale_reads = 1});
}

TEST(shrink, leaves_one_late_write_of_two_writers) {
  expect_size(
      "P0:\n  y.store(1, rlx)\n  x.store(2, rlx)\nP1:\n  x.store(1, rlx)\n  y.store(2, rlx)\n"
      "final:\n  p = x.load(rlx)\n  q = y.load(rlx)\n  assert p != 1 or q != 1\n",
      {.threads = 3, .operations = 12, .switches = 3, .late_writes = 1});
}

TEST(shrink, leaves_out_rounds_and_choices_that_nobody_needs) {
  expect_size(
      "P0:\n  for i in range(10):\n    n = z.faa(1, rlx)\n  x.store(1, rlx)\n"
      "P1:\n  a = choose(0, 1, 2)\n  b = choose(0, 1, 2)\n  r = 0\n"
      "  while r == 0:\n    r = x.load(rlx)\n  assert b != 2\n",
      {.threads = 3, .operations = 2 + 11 + 3, .switches = 2, .choices = 1, .alternatives = 2});
}

TEST(shrink, takes_the_smallest_number_of_a_choice) {
  expect_size(
      "P0:\n  a = choose(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)\n  x.store(a, rlx)\n"
      "P1:\n  b = choose(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)\n  assert b < 6\n",
      {.threads = 2, .operations = 3, .switches = 1, .choices = 1, .alternatives = 6});
}

TEST(shrink, keeps_a_deadlock_a_deadlock) {
  expect_size(
      "P0:\n  a.lock()\n  b.lock()\n  b.unlock()\n  a.unlock()\n  a.lock()\n  b.lock()\n"
      "P1:\n  n = z.faa(1, rlx)\n  b.lock()\n  a.lock()\n  a.unlock()\n  b.unlock()\n",
      {.threads = 3, .operations = 2 + 1 + 2, .switches = 2}, memory_model::cpp20,
      wanted::deadlock);
}

/// A program that fails where a thread sees something else than it would alone.
TEST(shrink, holds_its_promises_on_random_programs) {
  std::uint64_t shrunk_executions = 0, smaller = 0;
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    random_program_limits limits;
    limits.stops = true;
    const litmus_code code = compile(random_program(seed, limits));
    for (const memory_model model : {memory_model::cpp20, memory_model::sc}) {
      for (const wanted what : {wanted::assertion, wanted::deadlock}) {
        SCOPED_TRACE("program " + std::to_string(seed) + " under " + heddle::name_of(model) + "\n" +
                     code.text);
        litmus_program program(code);
        const auto scheduler = make_scheduler(search_mode::random, 1);
        search_options options;
        options.model = model;
        random_search search(options, *scheduler, seed);
        for (std::uint64_t n = 0; n < 30; ++n) {
          search.begin_execution(n);
          if (!fails(program, search, what)) continue;
          const decisions failing = linearise(search.graph(), model);
          const auto shrunk = shrink_one(code, failing, what);
          ASSERT_TRUE(shrunk);
          ++shrunk_executions;
          if (shrunk->after != shrunk->before) {
            EXPECT_TRUE(is_smaller(shrunk->after, shrunk->before));
            ++smaller;
          }
          // From the token, it fails again, and is as large as was said.
          const auto parsed = parse_token(token_of(shrunk->execution, "p"), "p");
          ASSERT_TRUE(std::holds_alternative<decisions>(parsed));
          follower follow(options, std::get<decisions>(parsed));
          follow.begin_execution();
          EXPECT_TRUE(fails(program, follow, what));
          EXPECT_EQ(size_of(plan_of(follow.graph())), shrunk->after);
          // The same again; and nothing is left to do.
          EXPECT_EQ(shrink_one(code, failing, what)->execution, shrunk->execution);
          const auto again = shrink_one(code, shrunk->execution, what);
          ASSERT_TRUE(again);
          EXPECT_EQ(again->after, shrunk->after);
          break;
        }
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
  EXPECT_GT(shrunk_executions, 40u);
  EXPECT_GT(smaller, 15u);
}

TEST(shrink, stops_when_its_budget_is_used_up) {
  const litmus_code code = compile(handshake(5));
  const auto failing = drawn(code, memory_model::sc, 3, wanted::assertion);
  ASSERT_TRUE(failing);
  const auto all = shrink_one(code, *failing, wanted::assertion);
  const auto some = shrink_one(code, *failing, wanted::assertion, 5);
  ASSERT_TRUE(all && some);
  EXPECT_TRUE(all->finished);
  EXPECT_GT(all->executions, 5u);
  EXPECT_FALSE(some->finished);
  EXPECT_EQ(some->executions, 5u);
  EXPECT_FALSE(is_smaller(some->before, some->after));
}

TEST(shrink, refuses_what_does_not_fail) {
  const litmus_code code = compile("P0:\n  x.store(1, rlx)\n");
  decisions execution;
  EXPECT_FALSE(shrink_one(code, execution, wanted::assertion));
}

}  // namespace
}  // namespace testing
}  // namespace heddle
