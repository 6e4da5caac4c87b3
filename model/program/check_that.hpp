// Internal consistency: an assertion that stays on in every build. It is for what only a mistake
// in heddle itself can break; what a user can do wrong is reported, not asserted.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace heddle {

[[noreturn]] inline void broken(const char* claim, const char* file, int line) {
  std::fprintf(stderr, "heddle: internal error at %s:%d: it should be that %s\n", file, line,
               claim);
  std::abort();
}

inline void check_that(bool holds, const char* claim, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
  if (!holds) [[unlikely]]
    broken(claim, file, line);
}

}  // namespace heddle
