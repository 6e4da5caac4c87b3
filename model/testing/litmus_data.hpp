// The files of litmus tests beside this one: a JSON object per line, with the text of the test and
// the numbers of graphs that it has under each model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/testing/axioms.hpp"

namespace heddle::testing {

struct expected_counts {
  std::uint64_t complete = 0;
  std::uint64_t blocked = 0;  // one per write that each waiting read may read from
  std::uint64_t stuck = 0;    // of `blocked`
  std::uint64_t errors = 0;
  std::optional<std::uint64_t> exists;
};

struct litmus_record {
  std::string name;
  std::string text;
  expected_counts counts[3];  // by axiom_model
};

inline constexpr axiom_model all_axiom_models[] = {axiom_model::cpp20, axiom_model::rc11,
                                                   axiom_model::sc};
const char* name_of(axiom_model model);

/// `file`: "named", "random" or "regressions". Throws std::runtime_error if it cannot be read.
std::vector<litmus_record> load_litmus(const std::string& file);

/// All three.
std::vector<litmus_record> load_all_litmus();

}  // namespace heddle::testing
