// Random programs: what a few threads (or tasks) do to an object, and what must hold of each.
// A subject says which operations there are and runs a program with them; search.hpp makes the
// programs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace programs {

/// One operation: its number in the subject's vocabulary, and its argument, from 1 on.
struct step {
  unsigned what = 0;
  int value = 0;
  bool operator==(const step&) const = default;
};

/// The steps of each thread.
using program = std::vector<std::vector<step>>;

inline std::size_t steps_in(const program& of) {
  std::size_t sum = 0;
  for (const auto& thread : of) sum += thread.size();
  return sum;
}

struct operation {
  const char* name = "";
  int values = 0;  // its argument is 1 … values; 0: it has none
};

struct subject {
  const char* name = "";
  /// The simplest first: a program is made smaller by going back in this list.
  std::vector<operation> operations;
  std::size_t threads_max = 2;
  std::size_t steps_max = 3;  // of a thread
  /// Runs the program, and requires what must hold. In every execution, by heddle::explore; what it
  /// needs it makes itself.
  void (*run)(const program&) = nullptr;
  /// It has a bug of its own, to be found as a test_case says (cases.hpp). 0: it has none.
  std::size_t found_within = 0;
  std::size_t shrunk_to = 0;
  /// Run once, outside an exploration: the program is an input, not a race.
  bool explored = true;
  /// Each program uses some of the operations only.
  bool swarm = true;
};

/// All subjects, in the order of their names.
const std::vector<subject>& all_subjects();

/// "thread 1: get_or_init 1, get" …
std::string text_of(const subject& of, const program& which);

}  // namespace programs
