// What the primitives do when they are used wrongly: in a debug build (NDEBUG not defined) they say
// what was wrong and abort; in a release build each header says what happens instead. Where there
// is no caller to whom an error could be given, misuse() says so in every build.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace heddle::detail {

/// Whether wrong uses are looked for where that costs something.
#ifdef NDEBUG
inline constexpr bool diagnosing = false;
#else
inline constexpr bool diagnosing = true;
#endif

/// Prints one sentence and aborts. Thread safe.
[[noreturn]] inline void misuse(const char* sentence) {
  std::fprintf(stderr, "heddle: %s\n", sentence);
  std::abort();
}

/// After which a release build cannot go on either: there it terminates without a word.
[[noreturn]] inline void fatal_misuse(const char* sentence) {
  if constexpr (diagnosing) misuse(sentence);
  std::terminate();
}

/// In a debug build, a misuse if `holds` is false.
inline void diagnose(bool holds, const char* sentence) {
  if constexpr (diagnosing) {
    if (!holds) [[unlikely]]
      misuse(sentence);
  }
}

}  // namespace heddle::detail
