// A search that is split in two, as often as one likes, sees what one would have seen alone.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/explore/exhaustive.hpp"
#include "model/testing/litmus_program.hpp"
#include "model/testing/random_program.hpp"
#include "model/testing/search_runner.hpp"

namespace heddle::testing {
namespace {

/// Where a search was split, and which half this one went on with.
struct split {
  std::uint64_t after;  // so many executions since the last split
  exhaustive::half kept;
};

class split_search {
 public:
  split_search(const litmus_code& code, memory_model model) : code_(code) {
    options_.model = model;
  }

  /// The search that comes from these splits, and all that it is split into after each `period`.
  void run(std::vector<split> history, std::uint64_t period) {
    litmus_program program(code_);
    exhaustive search(options_);
    double explored_before = 0;
    for (const split& one : history) {
      for (std::uint64_t i = 0; i < one.after; ++i) ASSERT_TRUE(step(search, program));
      search.keep(one.kept);
      explored_before = search.explored_fraction();
    }
    if (!history.empty() && history.back().kept == exhaustive::half::odd) {
      EXPECT_EQ(explored_before, 0);
    }
    ++searches;
    for (std::uint64_t since = 0; step(search, program);) {
      const graph_key key = key_of(search.graph(), program, true);
      if (!found.insert(key).second) ++duplicates;
      ++executions;
      if (++since < period || search.waiting() < 2) continue;
      history.push_back({since, exhaustive::half::odd});
      run(history, period);
      history.back().kept = exhaustive::half::even;
      search.keep(exhaustive::half::even);
      since = 0;
    }
    explored += search.explored_fraction();
  }

  graph_keys found;
  std::uint64_t executions = 0, duplicates = 0, searches = 0;
  double explored = 0;

 private:
  static bool step(exhaustive& search, litmus_program& program) {
    if (!search.begin_execution()) return false;
    program.run(search);
    search.end_execution();
    return true;
  }

  const litmus_code& code_;
  search_options options_;
};

TEST(exhaustive, halves_see_together_what_one_sees) {
  std::uint64_t searches = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const litmus_code code = compile(random_program(seed));
    for (const memory_model model : {memory_model::cpp20, memory_model::rc11, memory_model::sc}) {
      split_search alone(code, model);
      alone.run({}, UINT64_MAX);
      if (alone.executions > 300) continue;
      for (const std::uint64_t period : {1u, 3u}) {
        SCOPED_TRACE("split after " + std::to_string(period) + "\n" + code.text);
        split_search together(code, model);
        together.run({}, period);
        EXPECT_EQ(together.found, alone.found);
        EXPECT_EQ(together.executions, alone.executions);
        EXPECT_EQ(together.duplicates, alone.duplicates);
        EXPECT_NEAR(together.explored, 1, 1e-9);
        searches += together.searches;
      }
    }
  }
  EXPECT_GT(searches, 3000u);
}

}  // namespace
}  // namespace heddle::testing
