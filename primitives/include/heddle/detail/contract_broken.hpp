// A contract of the task primitives was broken by who uses them, and there is no caller to whom an
// error could be given: one sentence, and the end.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace heddle::detail {

[[noreturn]] inline void contract_broken(const char* sentence) noexcept {
  std::fprintf(stderr, "heddle: %s\n", sentence);
  std::abort();
}

}  // namespace heddle::detail
