// The subjects as they are: the primitives that are shipped, and programs with a mistake of their
// own.
#include "properties/random/programs/cases.hpp"

namespace programs {

std::vector<test_case> all_cases() {
  std::vector<test_case> cases;
  for (const subject& s : all_subjects()) {
    cases.push_back({s.name, &s, s.found_within, s.shrunk_to, 0});
  }
  return cases;
}

void plant(const test_case&) {}

}  // namespace programs
