// The random search against the exhaustive one: it finds nothing but what that finds, and, where it
// runs for long enough, all of it. Same seed, same executions. PCT keeps its promise.
#include "model/explore/random_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/explore/follower.hpp"
#include "model/explore/pct.hpp"
#include "model/testing/litmus_data.hpp"
#include "model/testing/litmus_program.hpp"
#include "model/testing/random_program.hpp"
#include "model/testing/search_runner.hpp"

namespace heddle::testing {
namespace {

constexpr memory_model all_models[] = {memory_model::cpp20, memory_model::rc11, memory_model::sc};
constexpr search_mode all_modes[] = {search_mode::random, search_mode::pct, search_mode::pos,
                                     search_mode::surw,   search_mode::rff, search_mode::portfolio};
constexpr unsigned depth = 3;
constexpr std::uint64_t seed = 17;

struct random_outcome {
  graph_keys complete;
  std::uint64_t strangers = 0;  // complete graphs that the exhaustive search did not see
  std::uint64_t others = 0;     // cut, abandoned, nondeterministic, false deadlocks
};

/// Until all graphs of `truth` were seen, or `executions` times.
random_outcome run(const litmus_code& code, memory_model model, search_mode mode,
                   const search_outcome& truth, std::uint64_t executions) {
  random_outcome found;
  litmus_program program(code, failed_assertion::blocks_thread);
  const auto scheduler = make_scheduler(mode, depth);
  search_options options;
  options.model = model;
  random_search search(options, *scheduler, seed);
  for (std::uint64_t n = 0; n < executions && found.complete.size() < truth.complete.size(); ++n) {
    search.begin_execution(n);
    program.run(search);
    const ending end = search.end_execution();
    const graph_key key = key_of(search.graph(), program, false);
    if (end == ending::complete) {
      found.complete.insert(key);
      if (!truth.complete.contains(key)) ++found.strangers;
    } else if (end != ending::blocked && end != ending::deadlock) {
      ++found.others;
    }
  }
  return found;
}

/// Whether every execution that the mode finds can be followed from its token.
std::string follow_all(const litmus_code& code, memory_model model, search_mode mode,
                       std::uint64_t executions) {
  litmus_program program(code, failed_assertion::blocks_thread);
  litmus_program again(code, failed_assertion::blocks_thread);
  const auto scheduler = make_scheduler(mode, depth);
  search_options options;
  options.model = model;
  random_search search(options, *scheduler, seed);
  for (std::uint64_t n = 0; n < executions; ++n) {
    search.begin_execution(n);
    program.run(search);
    search.end_execution();
    const graph_key key = key_of(search.graph(), program, false);
    follower follow(options, linearise(search.graph(), model));
    follow.begin_execution();
    again.run(follow);
    const ending end = follow.end_execution();
    if (end == ending::nondeterministic) return follow.diverged().how;
    const graph_key key_again = key_of(follow.graph(), again, false);
    if (key_again != key)
      return describe(key, code) + "\nfollowed as\n" + describe(key_again, code);
  }
  return {};
}

TEST(random_search, sees_only_consistent_graphs_and_in_the_end_all) {
  std::uint64_t graphs = 0;
  for (const litmus_record& record : load_litmus("named")) {
    const litmus_code code = compile(record.text);
    for (const memory_model model : all_models) {
      const search_outcome truth = explore(code, model, 1'000);
      if (truth.gave_up || truth.complete.empty() || truth.complete.size() > 60) continue;
      for (const search_mode mode : all_modes) {
        SCOPED_TRACE(record.name + " under " + heddle::name_of(model) + ", " +
                     heddle::name_of(mode) + "\n" + record.text);
        // PCT with a fixed depth need not see every graph.
        const bool all = mode != search_mode::pct;
        const random_outcome found = run(code, model, mode, truth, all ? 100'000 : 500);
        EXPECT_EQ(found.strangers, 0u);
        EXPECT_EQ(found.others, 0u);
        if (all) {
          EXPECT_EQ(found.complete.size(), truth.complete.size());
        }
        graphs += found.complete.size();
      }
    }
  }
  EXPECT_GT(graphs, 1'000u);
}

TEST(random_search, sees_only_consistent_graphs_of_random_programs_and_all_of_small_ones) {
  std::uint64_t graphs = 0;
  for (std::uint64_t program = 1; program <= 300; ++program) {
    random_program_limits limits;
    limits.max_operations = 8;
    limits.locks = program % 4 != 0;
    limits.stops = program % 4 > 1;
    const litmus_code code = compile(random_program(program, limits));
    for (const memory_model model : all_models) {
      const search_outcome truth = explore(code, model, 3'000);
      if (truth.gave_up) continue;
      for (const search_mode mode : all_modes) {
        SCOPED_TRACE("program " + std::to_string(program) + " under " + heddle::name_of(model) +
                     ", " + heddle::name_of(mode) + "\n" + code.text);
        const bool all = mode != search_mode::pct && truth.complete.size() <= 30;
        const random_outcome found = run(code, model, mode, truth, all ? 50'000 : 100);
        EXPECT_EQ(found.strangers, 0u);
        EXPECT_EQ(found.others, 0u);
        if (all) {
          EXPECT_EQ(found.complete.size(), truth.complete.size());
        }
        EXPECT_EQ(follow_all(code, model, mode, 20), "");
        graphs += found.complete.size();
      }
      if (::testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(graphs, 5'000u);
}

constexpr const char* three_writers =
    "P0:\n  x.store(1, rlx)\n  y.store(1, rlx)\nP1:\n  x.store(2, rlx)\n  r = y.load(rlx)\n"
    "P2:\n  s = x.load(rlx)\n  t = x.load(rlx)\n";

std::vector<graph_key> sequence(search_mode mode, std::uint64_t of_seed) {
  const litmus_code code = compile(three_writers);
  litmus_program program(code);
  const auto scheduler = make_scheduler(mode, depth);
  random_search search({}, *scheduler, of_seed);
  std::vector<graph_key> keys;
  for (std::uint64_t n = 0; n < 200; ++n) {
    search.begin_execution(n);
    program.run(search);
    search.end_execution();
    keys.push_back(key_of(search.graph(), program, false));
  }
  return keys;
}

TEST(random_search, takes_the_same_way_with_the_same_seed_only) {
  for (const search_mode mode : all_modes) {
    EXPECT_EQ(sequence(mode, 1), sequence(mode, 1)) << heddle::name_of(mode);
    EXPECT_NE(sequence(mode, 1), sequence(mode, 2)) << heddle::name_of(mode);
  }
}

/// The same on every machine: a change of these numbers changes what every seed means.
TEST(random_source, has_the_numbers_that_it_always_had) {
  random_source source(42, 7);
  random_source again(42, 7);
  for (unsigned i = 0; i < 1'000; ++i) {
    const std::uint64_t number = source.below(10);
    EXPECT_LT(number, 10u);
    EXPECT_EQ(number, again.below(10));
  }
  EXPECT_EQ(source.next(), 8581384281085156311u);
}

/// Depth 2: the read must come between two given writes, however far the others run.
constexpr const char* depth_two =
    "P0:\n  y.store(1, rlx)\n  y.store(2, rlx)\n  y.store(3, rlx)\n  x.store(1, rlx)\n"
    "  x.store(2, rlx)\n  y.store(4, rlx)\n  y.store(5, rlx)\n"
    "P1:\n  z.store(1, rlx)\n  z.store(2, rlx)\n  r = x.load(rlx)\n  assert r != 1\n";

TEST(pct, finds_a_bug_of_depth_two_as_often_as_it_promises) {
  const litmus_code code = compile(depth_two);
  litmus_program program(code);
  std::uint64_t found = 0, executions = 0, longest = 0;
  for (std::uint64_t of_seed = 1; of_seed <= 300; ++of_seed) {
    pct scheduler(2);
    random_search search({memory_model::cpp20}, scheduler, of_seed, 0);
    for (std::uint64_t n = 0; n < 20; ++n) {
      search.begin_execution(n);
      program.run(search);
      search.end_execution();
      if (n == 0) continue;  // the length is not known yet
      ++executions;
      found += program.any_failed() ? 1 : 0;
      longest = std::max<std::uint64_t>(longest, search.graph().size());
    }
  }
  constexpr double threads = 3;
  const double bound = 1 / (threads * static_cast<double>(longest));
  const double rate = static_cast<double>(found) / static_cast<double>(executions);
  EXPECT_GE(rate, bound);
  EXPECT_LT(rate, 0.5) << "a bug that anybody finds tells nothing";
  RecordProperty("rate_over_bound", std::to_string(rate / bound));
}

}  // namespace
}  // namespace heddle::testing
