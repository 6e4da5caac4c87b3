// What a program of this folder tests, one after the other: each subject as it is
// (subject_cases.cpp), or with a mistake that is switched on (written by plant_mutants.py).
#pragma once

#include <cstddef>
#include <vector>

#include "properties/random/programs/program.hpp"

namespace programs {

struct test_case {
  const char* name = "";
  const subject* of = nullptr;
  /// A mistake is found in one of so many programs, and the smallest program that shows it has at
  /// most so many steps. 0: there is no mistake, and none must be found.
  std::size_t found_within = 0;
  std::size_t shrunk_to = 0;
  int mistake = 0;  // its number; 0: none is switched on
};

/// In the order of their names.
std::vector<test_case> all_cases();

/// Switches the mistake of the case on, and all others off. Outside of an exploration.
void plant(const test_case& which);

/// Throws std::out_of_range.
const subject& subject_named(const char* name);

}  // namespace programs
