// The search on families with a known number of executions, at sizes beyond brute force.
#include "model/testing/closed_forms.hpp"

#include <gtest/gtest.h>

#include "model/testing/litmus_program.hpp"
#include "model/testing/search_runner.hpp"

namespace heddle::testing {
namespace {

struct endings {
  std::uint64_t complete = 0, blocked = 0, deadlocks = 0, others = 0;
};

/// Counts only, and gives up soon after `expected`, should there be more.
endings count(const litmus_code& code, memory_model model, std::uint64_t expected) {
  litmus_program program(code);
  search_options options;
  options.model = model;
  exhaustive search(options);
  endings seen;
  for (std::uint64_t left = 2 * expected + 1000; left > 0 && search.begin_execution(); --left) {
    program.run(search);
    switch (search.end_execution()) {
      case ending::complete:
        ++seen.complete;
        break;
      case ending::blocked:
        ++seen.blocked;
        break;
      case ending::deadlock:
        ++seen.deadlocks;
        break;
      default:
        ++seen.others;
        break;
    }
  }
  return seen;
}

class closed_form_family : public ::testing::TestWithParam<closed_form> {};

TEST_P(closed_form_family, has_its_number_of_executions) {
  const closed_form& form = GetParam();
  for (unsigned n = form.smallest; n <= form.search_largest; ++n) {
    const litmus_code code = compile(form.program(n));
    for (const memory_model model : {memory_model::cpp20, memory_model::rc11, memory_model::sc}) {
      const auto& formula = model == memory_model::sc ? form.sc : form.weak;
      if (!formula) continue;
      SCOPED_TRACE(form.name + " " + std::to_string(n) + " under " + heddle::name_of(model) + ": " +
                   form.what);
      const endings seen = count(code, model, formula(n));
      EXPECT_EQ(seen.complete, formula(n));
      EXPECT_EQ(seen.deadlocks, form.deadlocks ? form.deadlocks(n) : 0);
      EXPECT_EQ(seen.blocked, 0u);
      EXPECT_EQ(seen.others, 0u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(all, closed_form_family, ::testing::ValuesIn(closed_forms()),
                         [](const auto& info) {
                           std::string name = info.param.name;
                           for (char& c : name) {
                             if (c == '+') c = '_';
                           }
                           return name;
                         });

/// The ring of store buffering must depend on the model, or the model is not looked at.
TEST(closed_form_counts, differ_between_models) {
  const litmus_code code = compile(
      "P0:\n  x.store(1, rlx)\n  r = y.load(rlx)\nP1:\n  y.store(1, rlx)\n  r = x.load(rlx)\n");
  EXPECT_EQ(count(code, memory_model::cpp20, 4).complete, 4u);
  EXPECT_EQ(count(code, memory_model::sc, 4).complete, 3u);
}

}  // namespace
}  // namespace heddle::testing
