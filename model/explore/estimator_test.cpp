// The estimate of the number of executions, on programs of which that is known.
#include "model/explore/estimator.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/testing/closed_forms.hpp"
#include "model/testing/litmus_program.hpp"
#include "model/testing/random_program.hpp"
#include "model/testing/search_runner.hpp"

namespace heddle::testing {
namespace {

void probe(estimator& estimate, const litmus_code& code, std::uint64_t probes) {
  litmus_program program(code, failed_assertion::blocks_thread);
  while (estimate.probes() < probes) {
    estimate.begin_execution();
    program.run(estimate.search());
    estimate.search().end_execution();
    estimate.end_execution();
  }
}

TEST(estimator, is_within_its_spread_on_closed_forms) {
  unsigned with_spread = 0;
  for (const closed_form& form : closed_forms()) {
    for (const memory_model model : {memory_model::cpp20, memory_model::sc}) {
      const auto& formula = model == memory_model::sc ? form.sc : form.weak;
      if (!formula) continue;
      // In a tree that is one long branch, the probes that see its end become rare.
      const unsigned n = std::min(form.search_largest, 5u);
      SCOPED_TRACE(form.name + " " + std::to_string(n) + " under " + heddle::name_of(model));
      const auto truth = static_cast<double>(formula(n) + (form.deadlocks ? form.deadlocks(n) : 0));
      const litmus_code code = compile(form.program(n));
      search_options options;
      options.model = model;
      estimator estimate(options, 1);
      probe(estimate, code, 1'000);
      EXPECT_NEAR(estimate.mean(), truth, 3.5 * estimate.standard_error() + 1e-9 * truth);
      EXPECT_LE(estimate.standard_error(), truth / 2) << "this tells nothing";
      if (estimate.standard_error() > 0) ++with_spread;
    }
  }
  EXPECT_GT(with_spread, 10u);
}

/// The mean of many means comes nearer: no part of the tree is left out or counted twice.
TEST(estimator, is_right_in_the_mean_on_random_programs) {
  unsigned programs = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const litmus_code code = compile(random_program(seed));
    const search_outcome truth = explore(code, memory_model::cpp20, 2'000);
    if (truth.gave_up || truth.executions < 10) continue;
    ++programs;
    SCOPED_TRACE("program " + std::to_string(seed) + "\n" + code.text);
    estimator estimate({}, seed);
    probe(estimate, code, 2'000);
    const auto executions = static_cast<double>(truth.executions);
    EXPECT_NEAR(estimate.mean(), executions, 4.5 * estimate.standard_error() + 1e-9 * executions);
  }
  EXPECT_GT(programs, 20u);
}

TEST(estimator, sees_the_same_with_the_same_seed_only) {
  const litmus_code code = compile(
      "P0:\n  x.store(1, rlx)\n  r = x.load(rlx)\nP1:\n  x.store(2, rlx)\n  r = x.faa(1, rlx)\n"
      "P2:\n  s = x.load(rlx)\n  x.store(s, rlx)\n");
  const auto mean = [&code](std::uint64_t seed) {
    estimator estimate({}, seed);
    probe(estimate, code, 50);
    return estimate.mean();
  };
  EXPECT_EQ(mean(7), mean(7));
  EXPECT_NE(mean(7), mean(8));
}

TEST(estimator, forgets_its_probes_when_it_starts_again) {
  const litmus_code code = compile("P0:\n  x.store(1, rlx)\nP1:\n  r = x.load(rlx)\n");
  estimator estimate({}, 1);
  probe(estimate, code, 10);
  EXPECT_EQ(estimate.mean(), 2);
  EXPECT_EQ(estimate.standard_error(), 0);
  estimate.restart();
  EXPECT_EQ(estimate.probes(), 0u);
  EXPECT_EQ(estimate.mean(), 0);
}

}  // namespace
}  // namespace heddle::testing
