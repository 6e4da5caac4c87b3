// The schedulers that learn from earlier executions: SURW draws orders evenly, RFF comes to what
// few reads-from pairs make however many threads there are, and a portfolio is its members in
// turns.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "model/explore/random_search.hpp"
#include "model/explore/rff.hpp"
#include "model/testing/litmus_code.hpp"
#include "model/testing/litmus_program.hpp"
#include "model/testing/search_runner.hpp"

namespace heddle::testing {
namespace {

/// Nine orders of the writes; that of P1 comes anywhere among the eight of P0.
constexpr const char* one_among_eight =
    "P0:\n  x.store(1, rlx)\n  x.store(2, rlx)\n  x.store(3, rlx)\n  x.store(4, rlx)\n"
    "  x.store(5, rlx)\n  x.store(6, rlx)\n  x.store(7, rlx)\n  x.store(8, rlx)\n"
    "P1:\n  x.store(9, rlx)\n";

/// The rarest of the nine: in so many of 1,000 executions. Reads and writes are the newest.
std::uint64_t rarest_order(search_mode mode) {
  const litmus_code code = compile(one_among_eight);
  litmus_program program(code);
  const auto scheduler = make_scheduler(mode, 3);
  random_search search({}, *scheduler, 5, 0);
  std::map<std::uint32_t, std::uint64_t> orders;
  for (std::uint64_t n = 0; n < 1'000; ++n) {
    search.begin_execution(n);
    program.run(search);
    EXPECT_EQ(search.end_execution(), ending::complete);
    const execution_graph& graph = search.graph();
    const auto order = graph.coherence_order(0);
    for (const event_id w : order) {
      if (graph[w].val.low == 9) ++orders[graph[w].coherence_position];
    }
  }
  std::uint64_t least = 1'000;
  for (std::uint32_t place = 0; place <= 8; ++place) least = std::min(least, orders[place]);
  return least;
}

TEST(surw, shows_each_order_of_the_interesting_operations_as_often) {
  // Half of the executions or more draw x's accesses, or all, as the interesting ones: 1000 / 9
  // / 2.
  EXPECT_GE(rarest_order(search_mode::surw), 40u);
  EXPECT_LT(rarest_order(search_mode::random), 25u);
}

std::string reorder(unsigned threads) {
  std::string text;
  for (unsigned t = 0; t + 1 < threads; ++t) {
    text += "P" + std::to_string(t) + ":\n  a.store(1, rlx)\n  b.store(1, rlx)\n";
  }
  return text + "P" + std::to_string(threads - 1) +
         ":\n  r = a.load(rlx)\n  s = b.load(rlx)\n  assert r == 1 or s == 0\n";
}

/// The number of the first execution that fails, from 1; limit + 1 if none does.
std::uint64_t first_find(const litmus_code& code, search_mode mode, std::uint64_t seed,
                         std::uint64_t limit, unsigned stale_percent = 0) {
  litmus_program program(code);
  const auto scheduler = make_scheduler(mode, 3);
  random_search search({}, *scheduler, seed, stale_percent);
  for (std::uint64_t n = 0; n < limit; ++n) {
    search.begin_execution(n);
    program.run(search);
    search.end_execution();
    if (program.any_failed()) return n + 1;
  }
  return limit + 1;
}

TEST(rff, finds_a_bug_of_two_pairs_in_tens_of_executions_however_many_threads_there_are) {
  for (const unsigned threads : {5u, 100u}) {
    const litmus_code code = compile(reorder(threads));
    std::vector<std::uint64_t> found;
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
      found.push_back(first_find(code, search_mode::rff, seed, 150));
    }
    std::ranges::sort(found);
    EXPECT_LE(found[found.size() / 2], 30u) << threads << " threads";
    EXPECT_LE(found.back(), 100u) << threads << " threads";
  }
  const litmus_code hundred = compile(reorder(100));
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    EXPECT_EQ(first_find(hundred, search_mode::pos, seed, 50), 51u) << "that is easy for anybody";
  }
}

/// P1 begins when all is written, and fails if it sees a given old value of each, of three.
constexpr const char* three_old_values =
    "P0:\n  x.store(1, rlx)\n  x.store(2, rlx)\n  x.store(3, rlx)\n"
    "  y.store(1, rlx)\n  y.store(2, rlx)\n  y.store(3, rlx)\n"
    "  z.store(1, rlx)\n  z.store(2, rlx)\n  z.store(3, rlx)\n  f.store(1, rlx)\n"
    "P1:\n  f.await_eq(1, rlx)\n  r = x.load(rlx)\n  s = y.load(rlx)\n  t = z.load(rlx)\n"
    "  assert r != 1 or s != 2 or t != 0\n";

std::uint64_t median_find(const litmus_code& code, search_mode mode, std::uint64_t limit) {
  std::vector<std::uint64_t> found;
  for (std::uint64_t seed = 1; seed <= 31; ++seed) {
    found.push_back(first_find(code, mode, seed, limit, 50));
  }
  std::ranges::sort(found);
  return found[found.size() / 2];
}

/// Drawn by random_search these three come together in one execution of 2 · 6³ = 432; asked for, in
/// one of 4³, of those in which old values are seen and constraints are made: 64 · 2 · 4 / 3 = 171.
TEST(rff, asks_for_the_old_values_that_a_bug_needs) {
  const litmus_code code = compile(three_old_values);
  constexpr std::uint64_t limit = 1'500;
  const std::uint64_t asked = median_find(code, search_mode::rff, limit);
  const std::uint64_t drawn = median_find(code, search_mode::random, limit);
  EXPECT_LE(asked, 160u);
  EXPECT_GE(2 * drawn, 3 * asked) << "asked for: " << asked << ", drawn: " << drawn;
  EXPECT_EQ(first_find(code, search_mode::rff, 1, limit, 0), limit + 1) << "no old values, no bug";
}

/// An execution that is repeated under its number teaches nothing.
TEST(rff, counts_each_number_once) {
  const litmus_code code = compile(reorder(3));
  litmus_program program(code);
  rff scheduler;
  random_search search({}, scheduler, 1, 0);
  for (unsigned i = 0; i < 5; ++i) {
    search.begin_execution(0);
    program.run(search);
    search.end_execution();
    EXPECT_EQ(scheduler.combinations(), 0u);
  }
  search.begin_execution(1);
  EXPECT_EQ(scheduler.combinations(), 1u);
}

/// 100 executions; some are begun twice, as where a loop has been recognised.
std::vector<graph_key> sequence(search_mode mode, bool repeat = false) {
  const litmus_code code = compile(reorder(4));
  litmus_program program(code);
  const auto scheduler = make_scheduler(mode, 3);
  random_search search({}, *scheduler, 1);
  std::vector<graph_key> keys;
  for (std::uint64_t n = 0; n < 100; ++n) {
    for (unsigned times = repeat && n % 7 == 0 ? 2 : 1; times > 0; --times) {
      search.begin_execution(n);
      program.run(search);
      search.end_execution();
    }
    keys.push_back(key_of(search.graph(), program, false));
  }
  return keys;
}

TEST(learning, is_not_changed_by_executions_that_are_repeated) {
  for (const auto mode : {search_mode::surw, search_mode::rff, search_mode::portfolio}) {
    EXPECT_EQ(sequence(mode), sequence(mode, true)) << heddle::name_of(mode);
  }
}

TEST(portfolio, is_each_of_its_members_in_turns) {
  const auto together = sequence(search_mode::portfolio);
  const auto walk = sequence(search_mode::random);
  const auto by_priority = sequence(search_mode::pos);
  for (std::size_t n = 0; n < together.size(); n += 5) {
    EXPECT_EQ(together[n], walk[n]);
    EXPECT_EQ(together[n + 2], by_priority[n + 2]);
  }
  EXPECT_NE(together, walk);
  EXPECT_NE(together, by_priority);
}

}  // namespace
}  // namespace heddle::testing
