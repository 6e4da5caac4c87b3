// Families of litmus tests whose number of execution graphs is known in closed form.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/testing/axioms.hpp"

namespace heddle::testing {

struct closed_form {
  std::string name;
  std::string what;
  std::function<std::string(unsigned)> program;      // the text for size n
  std::function<std::uint64_t(unsigned)> weak;       // complete graphs under cpp20 and rc11
  std::function<std::uint64_t(unsigned)> sc;         // and under sc; empty: no formula known
  std::function<std::uint64_t(unsigned)> deadlocks;  // empty: none
  unsigned smallest = 1;
  unsigned oracle_largest = 3;  // sizes for brute force
  unsigned search_largest = 6;  // sizes for the search
};

std::vector<closed_form> closed_forms();

}  // namespace heddle::testing
