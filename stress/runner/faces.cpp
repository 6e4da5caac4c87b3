// What heddle/check.hpp promises, on real threads; and what the C++ library calls when a program
// ends badly.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <heddle/check.hpp>
#include <typeinfo>

#include "stress/runner/finding.hpp"
#include "stress/runner/points.hpp"

namespace heddle {

void require(bool condition, const char* message, std::source_location where) {
  if (condition) return;
  char place[512];
  std::snprintf(place, sizeof place, "%s:%u", where.file_name(), where.line());
  stress::tell("assertion", message ? message : "a requirement does not hold", place);
}

/// Not every one, but one by lot.
std::size_t choose(std::size_t alternatives) {
  if (alternatives == 0) stress::tell("misuse", "heddle::choose(0)", nullptr);
  return stress::draw() % alternatives;
}

// There is no trace here that could show them.
void name(const void*, const char*) {}
void log(const char*, ...) {}

namespace stress {

shared_page* page = nullptr;

void tell(const char* kind, const char* message, const char* place) {
  if (page == nullptr) {
    std::fprintf(stderr, "%s: %s%s%s\n", kind, message, place ? ", " : "", place ? place : "");
    std::abort();
  }
  if (page->told.exchange(1) == 0) {
    std::snprintf(page->kind, sizeof page->kind, "%s", kind);
    std::snprintf(page->message, sizeof page->message, "%s%s%s", message, place ? ", " : "",
                  place ? place : "");
    page->told.store(2);
    _exit(1);
  }
  for (;;) pause();  // until the other has ended the process
}

/// For std::set_terminate.
[[noreturn]] void tell_termination() {
  const std::exception_ptr thrown = std::current_exception();
  if (!thrown) tell("abort", "std::terminate was called", nullptr);
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    tell("uncaught_exception", exception.what(), typeid(exception).name());
  } catch (...) {
    tell("uncaught_exception", "not a std::exception", nullptr);
  }
}

}  // namespace stress
}  // namespace heddle

extern "C" [[noreturn]] void __wrap___assert_fail(const char* condition, const char* file,
                                                  unsigned line, const char*) {
  char place[512];
  std::snprintf(place, sizeof place, "%s:%u", file, line);
  heddle::stress::tell("assertion", condition, place);
}
