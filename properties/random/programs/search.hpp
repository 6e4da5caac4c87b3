// Looks for a program of a subject that fails in some execution, and makes it small.
#pragma once

#include <cstddef>
#include <string>

#include "properties/random/programs/program.hpp"

namespace programs {

struct budget {
  std::size_t programs = 12;
  /// Of one program. With more than these it is inconclusive, and counted as such.
  std::size_t executions = 300;
};

struct outcome {
  std::size_t tried = 0;         // programs, up to the first that failed
  std::size_t inconclusive = 0;  // of those: more executions than the budget
  std::size_t executions = 0;    // of all, shrinking included
  std::size_t shrinks = 0;       // programs that were tried to make it smaller
  bool failed = false;
  program first;     // that failed
  program smallest;  // the last that failed
  std::string why;   // kind and message of its failure
  std::string report;
  bool replayed = false;  // one execution of a program only: HEDDLE_REPLAY
  std::string again;      // the environment that repeats it: program and execution
  std::string error;      // the search itself could not go on
};

/// Programs are rapidcheck's: the environment variable RC_PARAMS is respected (seed=…,
/// max_success=…, reproduce=…); without it the seed is always the same. HEDDLE_REPLAY has the token
/// of the one execution of each program that is to be run. Same seed, same programs.
outcome search(const subject& of, const budget& limits);

}  // namespace programs
