// The search against the oracle on random programs, under every model.
//
// Environment: HEDDLE_DIFFERENTIAL_PROGRAMS (how many; default 20000), HEDDLE_DIFFERENTIAL_SEED (of
// the first; default 1), HEDDLE_DIFFERENTIAL_SHARD ("0/2": only the even ones, for running in
// parallel). A failure prints the seed, the program, the smallest one found that fails, and which
// graphs differ.
#include "model/testing/differential.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "model/testing/litmus_data.hpp"
#include "model/testing/random_program.hpp"

namespace heddle::testing {
namespace {

constexpr std::uint64_t max_candidates = 30'000;  // of the oracle; larger programs are skipped
constexpr unsigned max_reported = 5;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;
};

shard shard_from_environment() {
  const char* text = std::getenv("HEDDLE_DIFFERENTIAL_SHARD");
  if (text == nullptr) return {};
  char* slash = nullptr;
  shard result;
  result.index = std::strtoull(text, &slash, 10);
  if (*slash == '/') result.count = std::strtoull(slash + 1, nullptr, 10);
  return result;
}

/// A part without anything that blocks, a part with locks, the rest with everything.
random_program_limits limits_of(std::uint64_t seed) {
  random_program_limits limits;
  limits.locks = seed / 2 % 4 != 0;
  limits.stops = seed / 2 % 4 > 1;
  if (seed / 2 % 4 == 3) {
    limits.min_operations = 2;
    limits.max_operations = 7;
  }
  return limits;
}

TEST(differential, search_and_oracle_agree_on_random_programs) {
  const std::uint64_t programs = from_environment("HEDDLE_DIFFERENTIAL_PROGRAMS", 20'000);
  const std::uint64_t first = from_environment("HEDDLE_DIFFERENTIAL_SEED", 1);
  const shard part = shard_from_environment();
  ASSERT_LT(part.index, part.count);
  std::printf("seeds %lu to %lu, shard %lu of %lu\n", static_cast<unsigned long>(first),
              static_cast<unsigned long>(first + programs - 1),
              static_cast<unsigned long>(part.index), static_cast<unsigned long>(part.count));
  std::uint64_t compared = 0, skipped = 0, failures = 0;
  comparison total;
  for (std::uint64_t seed = first; seed < first + programs; ++seed) {
    if (seed % part.count != part.index) continue;
    const std::string text = random_program(seed, limits_of(seed));
    const litmus_code code = compile(text);
    for (const axiom_model model : all_axiom_models) {
      const comparison result = compare(code, model, max_candidates);
      compared += result.skipped ? 0 : 1;
      skipped += result.skipped ? 1 : 0;
      total.complete += result.complete;
      total.stuck += result.stuck;
      total.executions += result.executions;
      total.blocked_executions += result.blocked_executions;
      if (result.difference.empty()) continue;
      if (++failures <= max_reported) {
        ADD_FAILURE() << "seed " << seed << " " << explain_difference(text, model, max_candidates);
      }
      break;  // the other models would say the same
    }
  }
  std::printf(
      "%lu comparisons, %lu too large; %lu complete graphs, %lu stuck; %lu executions, %lu "
      "blocked\n",
      static_cast<unsigned long>(compared), static_cast<unsigned long>(skipped),
      static_cast<unsigned long>(total.complete), static_cast<unsigned long>(total.stuck),
      static_cast<unsigned long>(total.executions),
      static_cast<unsigned long>(total.blocked_executions));
  EXPECT_EQ(failures, 0u) << "programs that differ";
  EXPECT_LT(skipped * 50, compared) << "too many programs are beyond the oracle";
  if (programs >= 1000) {
    EXPECT_GT(total.complete, compared) << "the programs have become trivial";
    EXPECT_GT(total.stuck, 0u);
  }
}

}  // namespace
}  // namespace heddle::testing
