// What heddle::explore has found, as heddle's side hands it to the program's: by reference, since
// the two may have different operators new (see runtime/own_memory.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <heddle/explore.hpp>
#include <string_view>

namespace heddle {

/// As `result` in heddle/explore.hpp.
struct told_result {
  std::string_view verdict, failure_kind, failure_message, reason, replay, text, json;
  std::uint64_t executions = 0;
  std::uint64_t blocked = 0;
  std::uint64_t failures = 0;
  double seconds = 0;
  double estimated_executions = 0;
  double estimate_standard_error = 0;
};

/// Explores, and calls tell(out, …) once with what came out, which lives until it returns. Throws
/// what heddle::explore throws.
void explore_and_tell(const std::function<void()>& body, const options& wanted,
                      void (*tell)(void* out, const told_result& told), void* out);

}  // namespace heddle
