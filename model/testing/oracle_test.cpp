// The oracle by itself: it reproduces counts that another implementation of the same definitions
// found, closed forms, and its two ways to enumerate agree. And it can say no.
#include "model/testing/oracle.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "model/testing/closed_forms.hpp"
#include "model/testing/litmus_data.hpp"
#include "model/testing/random_program.hpp"

namespace heddle::testing {
namespace {

TEST(oracle, reproduces_the_litmus_files) {
  const std::vector<litmus_record> records = load_all_litmus();
  ASSERT_GE(records.size(), 370u);
  for (const litmus_record& record : records) {
    const litmus_code code = compile(record.text);
    for (const axiom_model model : all_axiom_models) {
      SCOPED_TRACE(record.name + " under " + name_of(model) + "\n" + record.text);
      const expected_counts& expected = record.counts[static_cast<unsigned>(model)];
      const oracle_outcome found = enumerate(code, model);
      EXPECT_EQ(found.complete.size(), expected.complete);
      EXPECT_EQ(found.blocked.size(), expected.blocked);
      EXPECT_EQ(found.stuck.size(), expected.stuck);
      EXPECT_EQ(found.errors.size(), expected.errors);
      EXPECT_EQ(found.repeated, 0u);
      if (expected.exists) {
        EXPECT_EQ(found.exists, *expected.exists);
      }
    }
  }
}

TEST(oracle, finds_the_closed_forms) {
  for (const closed_form& form : closed_forms()) {
    for (unsigned n = form.smallest; n <= form.oracle_largest; ++n) {
      SCOPED_TRACE(form.name + " " + std::to_string(n) + ": " + form.what);
      const litmus_code code = compile(form.program(n));
      EXPECT_EQ(enumerate(code, axiom_model::cpp20).complete.size(), form.weak(n));
      EXPECT_EQ(enumerate(code, axiom_model::rc11).complete.size(), form.weak(n));
      const oracle_outcome sc = enumerate(code, axiom_model::sc);
      if (form.sc) {
        EXPECT_EQ(sc.complete.size(), form.sc(n));
      }
      EXPECT_EQ(sc.stuck.size(), form.deadlocks ? form.deadlocks(n) : 0);
    }
  }
}

/// The canonical order is a theorem; the other enumeration does not need it.
TEST(oracle, finds_the_same_in_every_order) {
  std::uint64_t graphs = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    random_program_limits limits;
    limits.max_operations = 6;
    const std::string text = random_program(seed, limits);
    const litmus_code code = compile(text);
    for (const axiom_model model : all_axiom_models) {
      const oracle_outcome canonical = enumerate(code, model);
      oracle_options options;
      options.order = enumeration::every_order;
      const oracle_outcome all = enumerate(code, model, options);
      SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
      EXPECT_EQ(canonical.complete, all.complete);
      EXPECT_EQ(canonical.blocked, all.blocked);
      EXPECT_EQ(canonical.errors, all.errors);
      EXPECT_EQ(canonical.repeated, 0u);
      graphs += all.complete.size();
    }
  }
  EXPECT_GT(graphs, 1000u) << "the programs have become trivial";
}

TEST(oracle, sequential_consistency_is_the_strongest_model) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    random_program_limits limits;
    limits.max_operations = 7;
    const std::string text = random_program(seed, limits);
    const litmus_code code = compile(text);
    const graph_keys sc = enumerate(code, axiom_model::sc).complete;
    const graph_keys cpp20 = enumerate(code, axiom_model::cpp20).complete;
    const graph_keys rc11 = enumerate(code, axiom_model::rc11).complete;
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    for (const graph_key& key : sc) EXPECT_TRUE(cpp20.count(key)) << describe(key, code);
    for (const graph_key& key : cpp20) EXPECT_TRUE(rc11.count(key)) << describe(key, code);
  }
}

TEST(oracle, tells_the_models_apart) {
  // MIX1: from-reads and reads-from through a write that is not seq_cst.
  const litmus_code code = compile(
      "P0:\n  x.store(1, rel)\nP1:\n  a = x.load(sc)\n  y.store(1, sc)\nP2:\n  y.store(2, sc)\n"
      "  b = x.load(sc)\nexists: P1.a == 1 and y == 2 and P2.b == 0\n");
  EXPECT_EQ(enumerate(code, axiom_model::cpp20).exists, 0u);
  EXPECT_EQ(enumerate(code, axiom_model::rc11).exists, 1u);
  EXPECT_EQ(enumerate(code, axiom_model::sc).exists, 0u);
}

TEST(oracle, gives_up_beyond_its_limits) {
  const litmus_code large = compile(closed_forms().front().program(6));
  oracle_options options;
  options.max_candidates = 100;
  EXPECT_TRUE(enumerate(large, axiom_model::sc, options).gave_up);
  EXPECT_FALSE(enumerate(large, axiom_model::sc).gave_up);
  const litmus_code endless = compile("P0:\n  for i in range(100):\n    x.store(i, rlx)\n");
  EXPECT_THROW(enumerate(endless, axiom_model::sc), std::length_error);
}

}  // namespace
}  // namespace heddle::testing
