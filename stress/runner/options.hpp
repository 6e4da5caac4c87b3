// The command line of a stress program.
#pragma once

#include <string>

#include "stress/runner/supervisor.hpp"

namespace heddle::stress {

struct stress_options {
  bool help = false;
  bool list = false;
  std::string filter = "*";
  std::string json;
  budget allowed;
  std::string complaint;  // what is wrong with the command line; empty: nothing
};

stress_options parse(int count, char** words);

/// What --help prints.
extern const char* const usage;

/// Whether `name` is what `pattern` says, in which `*` stands for anything.
bool matches(const char* pattern, const char* name);

}  // namespace heddle::stress
