// What one round of a litmus test comes to: the values of all registers and of all words of memory
// at its end. Which of them heddle allows, and how they are graded beside what was seen.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/memory_model/memory_model.hpp"
#include "stress/hardware_litmus/program.hpp"

namespace heddle::hardware_litmus {

/// In the order of native_program::registers, then of native_program::words.
using outcome = std::vector<std::int64_t>;
using histogram = std::map<outcome, std::uint64_t>;

/// The outcomes of all executions that the exhaustive search sees. Throws std::runtime_error if the
/// test is not of the kind that generate.cpp lets through, or if its text and its code differ.
std::set<outcome> allowed_outcomes(const native_program& program, memory_model model);

/// As jcstress has them: `interesting` is allowed, but no interleaving of the threads leads there.
enum class grade : std::uint8_t { acceptable, interesting, forbidden, not_seen };

struct graded_outcome {
  outcome values;
  std::uint64_t times = 0;
  grade how = grade::acceptable;
};

/// The forbidden ones first, then by how often they were seen.
std::vector<graded_outcome> graded(const histogram& seen, const std::set<outcome>& allowed,
                                   const std::set<outcome>& interleavings);

std::size_t count(const std::vector<graded_outcome>& outcomes, grade how);

const char* name_of(grade how);

/// "P0.r0=0 P1.r0=1 x=2".
std::string describe(const native_program& program, const outcome& values);

/// A table with a line for each outcome; ends with a line feed.
std::string table(const native_program& program, const std::vector<graded_outcome>& outcomes);

}  // namespace heddle::hardware_litmus
