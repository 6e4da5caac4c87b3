// strlen and its like, called by the program: what they read and write are plain accesses. How far
// they reach is known only when they are done; nothing else runs in between. strdup asks for its
// memory as the program, so that it counts as the program's.
#include <cstddef>
#include <cstdint>

#include "model/runtime/engine.hpp"
#include "model/runtime/raw_bytes.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {
namespace {

constinit real_function<std::size_t(const char*)> real_strlen{"strlen"};
constinit real_function<std::size_t(const char*, std::size_t)> real_strnlen{"strnlen"};
constinit real_function<int(const char*, const char*)> real_strcmp{"strcmp"};
constinit real_function<int(const char*, const char*, std::size_t)> real_strncmp{"strncmp"};
constinit real_function<char*(const char*, int)> real_strchr{"strchr"};
constinit real_function<char*(const char*, int)> real_strrchr{"strrchr"};

std::uintptr_t address(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

void announce_read(const void* p, std::size_t size, void* caller) {
  if (!engine::inside()) return;
  engine::visit v;
  v.e.plain(address(p), size, false, address(caller));
}

void announce_write(const void* p, std::size_t size, void* caller) {
  if (!engine::inside()) return;
  engine::visit v;
  v.e.plain(address(p), size, true, address(caller));
}

std::size_t length(const char* s, void* caller) {
  const std::size_t found = real_strlen(s);
  announce_read(s, found + 1, caller);
  return found;
}

/// The length, at most `most`; the terminator is read if it lies within.
std::size_t length(const char* s, std::size_t most, void* caller) {
  const std::size_t found = real_strnlen(s, most);
  announce_read(s, found < most ? found + 1 : most, caller);
  return found;
}

void copy_announced(char* to, const char* from, std::size_t size, void* caller) {
  announce_write(to, size, caller);
  raw::move(to, from, size);
}

/// Writes `size` characters and a terminator. Returns where that is.
char* append(char* to, const char* from, std::size_t size, void* caller) {
  announce_write(to, size + 1, caller);
  raw::move(to, from, size);
  to[size] = '\0';
  return to + size;
}

/// How many characters a comparison of the two looks at: up to the first difference or the end.
std::size_t compared(const char* a, const char* b, std::size_t most) {
  std::size_t i = 0;
  while (i < most && a[i] == b[i] && a[i] != '\0') ++i;
  return i < most ? i + 1 : most;
}

void announce_comparison(const char* a, const char* b, std::size_t most, void* caller) {
  if (!engine::inside()) return;
  const std::size_t size = compared(a, b, most);
  announce_read(a, size, caller);
  announce_read(b, size, caller);
}

char* pad(char* to, const char* from, std::size_t size, void* caller) {
  const std::size_t used = length(from, size, caller);
  announce_write(to, size, caller);
  raw::move(to, from, used);
  raw::fill(to + used, 0, size - used);
  return to;
}

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

void* heddle_allocate_for_string(std::size_t size) asm("malloc");

std::size_t heddle_strlen(const char* s) asm("strlen");
std::size_t heddle_strnlen(const char* s, std::size_t most) asm("strnlen");
char* heddle_strcpy(char* to, const char* from) asm("strcpy");
char* heddle_stpcpy(char* to, const char* from) asm("stpcpy");
char* heddle_strncpy(char* to, const char* from, std::size_t size) asm("strncpy");
char* heddle_strcat(char* to, const char* from) asm("strcat");
char* heddle_strncat(char* to, const char* from, std::size_t most) asm("strncat");
int heddle_strcmp(const char* a, const char* b) asm("strcmp");
int heddle_strncmp(const char* a, const char* b, std::size_t most) asm("strncmp");
char* heddle_strchr(const char* in, int character) asm("strchr");
char* heddle_strrchr(const char* in, int character) asm("strrchr");
char* heddle_strdup(const char* s) asm("strdup");
char* heddle_internal_strdup(const char* s) asm("__strdup");
char* heddle_strndup(const char* s, std::size_t most) asm("strndup");

std::size_t heddle_strlen(const char* s) { return length(s, __builtin_return_address(0)); }

std::size_t heddle_strnlen(const char* s, std::size_t most) {
  return length(s, most, __builtin_return_address(0));
}

char* heddle_strcpy(char* to, const char* from) {
  void* const caller = __builtin_return_address(0);
  copy_announced(to, from, length(from, caller) + 1, caller);
  return to;
}

char* heddle_stpcpy(char* to, const char* from) {
  void* const caller = __builtin_return_address(0);
  const std::size_t size = length(from, caller);
  copy_announced(to, from, size + 1, caller);
  return to + size;
}

char* heddle_strncpy(char* to, const char* from, std::size_t size) {
  return pad(to, from, size, __builtin_return_address(0));
}

char* heddle_strcat(char* to, const char* from) {
  void* const caller = __builtin_return_address(0);
  const std::size_t used = length(to, caller);
  copy_announced(to + used, from, length(from, caller) + 1, caller);
  return to;
}

char* heddle_strncat(char* to, const char* from, std::size_t most) {
  void* const caller = __builtin_return_address(0);
  const std::size_t used = length(to, caller);
  append(to + used, from, length(from, most, caller), caller);
  return to;
}

int heddle_strcmp(const char* a, const char* b) {
  announce_comparison(a, b, SIZE_MAX, __builtin_return_address(0));
  return real_strcmp(a, b);
}

int heddle_strncmp(const char* a, const char* b, std::size_t most) {
  announce_comparison(a, b, most, __builtin_return_address(0));
  return real_strncmp(a, b, most);
}

char* heddle_strchr(const char* in, int character) {
  char* const found = real_strchr(in, character);
  if (engine::inside()) {
    const std::size_t read = found != nullptr ? address(found) - address(in) : real_strlen(in);
    announce_read(in, read + 1, __builtin_return_address(0));
  }
  return found;
}

char* heddle_strrchr(const char* in, int character) {
  if (engine::inside()) length(in, __builtin_return_address(0));
  return real_strrchr(in, character);
}

char* heddle_strdup(const char* s) {
  void* const caller = __builtin_return_address(0);
  const std::size_t size = length(s, caller);
  auto* const copy = static_cast<char*>(heddle_allocate_for_string(size + 1));
  if (copy != nullptr) append(copy, s, size, caller);
  return copy;
}

char* heddle_internal_strdup(const char* s) { return heddle_strdup(s); }

char* heddle_strndup(const char* s, std::size_t most) {
  void* const caller = __builtin_return_address(0);
  const std::size_t size = length(s, most, caller);
  auto* const copy = static_cast<char*>(heddle_allocate_for_string(size + 1));
  if (copy != nullptr) append(copy, s, size, caller);
  return copy;
}

}  // extern "C"
