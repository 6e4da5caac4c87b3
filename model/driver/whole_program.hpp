// A whole program, with a main() of its own, as one check: every execution of main is explored.
// The options come from the environment variable HEDDLE_OPTIONS, since the arguments are the
// program's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/driver/run_checks.hpp"

namespace heddle::driver {

using main_function = int (*)(int, char**, char**);

/// The arguments of main, fresh for each execution and always at the same addresses: main may
/// write to them, and library functions (getopt) permute them.
class program_arguments {
 public:
  program_arguments(int count, char** words);

  int count() const { return static_cast<int>(offsets_.size()); }

  /// Puts everything back as it was; null-terminated as main expects it.
  char** fresh();

 private:
  std::string pristine_;              // every word with its terminator
  std::vector<std::size_t> offsets_;  // of each word in it
  std::string text_;
  std::vector<char*> words_;
};

/// Explores `program_main`. A main that returns another status than 0 has failed, as one that calls
/// std::exit with it. The exit status of the whole run.
int run_whole_program(main_function program_main, int count, char** words, char** environment,
                      const char* option_line, run_context context);

}  // namespace heddle::driver
