// Looks for a program of a subject that fails in some execution, and makes it small.
#pragma once

#include <cstddef>
#include <string>

#include "properties/random/programs/cases.hpp"

namespace programs {

struct budget {
  std::size_t programs = 12;
  /// A program is explored in full if it has no more executions than `at_once`, or is estimated to
  /// have no more than `exhausted`, and has not more than twice as many; else `drawn` of them are
  /// drawn, by all random schedulers in turns.
  std::size_t at_once = 100;
  std::size_t exhausted = 1'000;
  std::size_t drawn = 200;
};

struct outcome {
  std::size_t tried = 0;       // programs, up to the first that failed
  std::size_t drawn = 0;       // of those: some executions only
  std::size_t executions = 0;  // of all, estimates and shrinking included
  std::size_t shrinks = 0;     // programs that were tried to make it smaller
  bool failed = false;
  program first;          // that failed
  program smallest;       // the last that failed
  std::string why;        // kind and message of its failure
  std::string report;     // with its execution made small
  bool replayed = false;  // one execution of a program only: HEDDLE_REPLAY
  std::string again;      // the environment that repeats it: program and execution
  std::string error;      // the search itself could not go on
};

/// Programs are rapidcheck's: the environment variable RC_PARAMS is respected (seed=…,
/// max_success=…, reproduce=…); without it the seed is always the same. HEDDLE_REPLAY has the token
/// of the one execution of each program that is to be run. Same seed, same programs.
outcome search(const test_case& which, const budget& limits);

}  // namespace programs
