// The search reproduces the counts of the litmus files.
#include <gtest/gtest.h>

#include "model/testing/differential.hpp"
#include "model/testing/litmus_data.hpp"

namespace heddle::testing {
namespace {

memory_model same_model(axiom_model model) {
  return model == axiom_model::cpp20  ? memory_model::cpp20
         : model == axiom_model::rc11 ? memory_model::rc11
                                      : memory_model::sc;
}

class litmus_file : public ::testing::TestWithParam<const char*> {};

TEST_P(litmus_file, has_the_counts_of_the_definitions) {
  std::uint64_t executions = 0, blocked = 0, stuck = 0;
  for (const litmus_record& record : load_litmus(GetParam())) {
    const litmus_code code = compile(record.text);
    for (const axiom_model model : all_axiom_models) {
      SCOPED_TRACE(record.name + " under " + name_of(model) + "\n" + record.text);
      const expected_counts& expected = record.counts[static_cast<unsigned>(model)];
      const search_outcome found = explore(code, same_model(model), 1'000'000);
      EXPECT_EQ(found.complete.size(), expected.complete);
      EXPECT_EQ(found.duplicates, 0u) << describe(found.first_duplicate, code);
      EXPECT_EQ(found.other_endings, 0u);
      EXPECT_GE(found.blocked.size(), expected.stuck);
      executions += found.executions;
      blocked += found.blocked_executions;
      stuck += expected.stuck;
    }
  }
  EXPECT_GT(executions, 0u);
  RecordProperty("executions", std::to_string(executions));
  RecordProperty("blocked", std::to_string(blocked));
  std::printf("%s: %lu executions, %lu of them blocked, %lu graphs stuck\n", GetParam(),
              static_cast<unsigned long>(executions), static_cast<unsigned long>(blocked),
              static_cast<unsigned long>(stuck));
}

/// Not only as many graphs: the same ones.
TEST_P(litmus_file, has_the_graphs_of_the_oracle) {
  for (const litmus_record& record : load_litmus(GetParam())) {
    for (const axiom_model model : all_axiom_models) {
      const comparison result = compare(compile(record.text), model, UINT64_MAX);
      EXPECT_FALSE(result.skipped);
      EXPECT_EQ(result.difference, "") << record.name << " under " << name_of(model) << "\n"
                                       << record.text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(files, litmus_file, ::testing::Values("named", "random", "regressions"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace heddle::testing
