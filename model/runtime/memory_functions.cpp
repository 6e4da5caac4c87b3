// memcpy and its like, called by the program (or by a library on its behalf): what they read and
// write are plain accesses, announced before they happen. Outside, they just do their work.
//
// The functions have names of their own in the source: under the well-known ones the compiler would
// take for granted what it is about to be told here.
#include <cstddef>
#include <cstdint>

#include "model/runtime/engine.hpp"
#include "model/runtime/raw_bytes.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {
namespace {

constinit real_function<int(const void*, const void*, std::size_t)> real_memcmp{"memcmp"};
constinit real_function<void*(const void*, int, std::size_t)> real_memchr{"memchr"};

std::uintptr_t address(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

void announce_copy(void* to, const void* from, std::size_t size, void* caller) {
  engine::visit v;
  v.e.plain(address(from), size, false, address(caller));
  v.e.plain(address(to), size, true, address(caller));
}

void announce_write(void* to, std::size_t size, void* caller) {
  engine::visit v;
  v.e.plain(address(to), size, true, address(caller));
}

void announce_reads(const void* a, const void* b, std::size_t size, void* caller) {
  engine::visit v;
  v.e.plain(address(a), size, false, address(caller));
  v.e.plain(address(b), size, false, address(caller));
}

void* copy(void* to, const void* from, std::size_t size, void* caller) {
  if (engine::inside()) announce_copy(to, from, size, caller);
  raw::move(to, from, size);
  return to;
}

void* set(void* to, int byte, std::size_t size, void* caller) {
  if (engine::inside()) announce_write(to, size, caller);
  raw::fill(to, static_cast<unsigned char>(byte), size);
  return to;
}

int compare(const void* a, const void* b, std::size_t size, void* caller) {
  if (engine::inside()) announce_reads(a, b, size, caller);
  return size == 0 ? 0 : real_memcmp(a, b, size);
}

/// What the variants for _FORTIFY_SOURCE add. Outside, the C library says what it always says.
void check_room(const char* function, std::size_t size, std::size_t room);

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

[[noreturn]] void __chk_fail();

// Declared with the labels first: a definition cannot carry one.
void* heddle_memcpy(void* to, const void* from, std::size_t size) asm("memcpy");
void* heddle_memmove(void* to, const void* from, std::size_t size) asm("memmove");
void* heddle_mempcpy(void* to, const void* from, std::size_t size) asm("mempcpy");
void heddle_bcopy(const void* from, void* to, std::size_t size) asm("bcopy");
void* heddle_memset(void* to, int byte, std::size_t size) asm("memset");
void heddle_bzero(void* to, std::size_t size) asm("bzero");
int heddle_memcmp(const void* a, const void* b, std::size_t size) asm("memcmp");
int heddle_bcmp(const void* a, const void* b, std::size_t size) asm("bcmp");
void* heddle_memchr(const void* in, int byte, std::size_t size) asm("memchr");
void* heddle_memcpy_chk(void* to, const void* from, std::size_t size,
                        std::size_t room) asm("__memcpy_chk");
void* heddle_memmove_chk(void* to, const void* from, std::size_t size,
                         std::size_t room) asm("__memmove_chk");
void* heddle_mempcpy_chk(void* to, const void* from, std::size_t size,
                         std::size_t room) asm("__mempcpy_chk");
void* heddle_memset_chk(void* to, int byte, std::size_t size, std::size_t room) asm("__memset_chk");
void* heddle_tsan_memcpy(void* to, const void* from, std::size_t size) asm("__tsan_memcpy");
void* heddle_tsan_memmove(void* to, const void* from, std::size_t size) asm("__tsan_memmove");
void* heddle_tsan_memset(void* to, int byte, std::size_t size) asm("__tsan_memset");

void* heddle_memcpy(void* to, const void* from, std::size_t size) {
  return copy(to, from, size, __builtin_return_address(0));
}

void* heddle_memmove(void* to, const void* from, std::size_t size) {
  return copy(to, from, size, __builtin_return_address(0));
}

void* heddle_mempcpy(void* to, const void* from, std::size_t size) {
  copy(to, from, size, __builtin_return_address(0));
  return static_cast<std::byte*>(to) + size;
}

void heddle_bcopy(const void* from, void* to, std::size_t size) {
  copy(to, from, size, __builtin_return_address(0));
}

void* heddle_memset(void* to, int byte, std::size_t size) {
  return set(to, byte, size, __builtin_return_address(0));
}

void heddle_bzero(void* to, std::size_t size) { set(to, 0, size, __builtin_return_address(0)); }

int heddle_memcmp(const void* a, const void* b, std::size_t size) {
  return compare(a, b, size, __builtin_return_address(0));
}

int heddle_bcmp(const void* a, const void* b, std::size_t size) {
  return compare(a, b, size, __builtin_return_address(0));
}

void* heddle_memchr(const void* in, int byte, std::size_t size) {
  if (size == 0) return nullptr;
  void* const found = real_memchr(in, byte, size);
  if (engine::inside()) {
    // It reads no further than it needs to.
    const std::size_t read = found == nullptr ? size : address(found) - address(in) + 1;
    engine::visit v;
    v.e.plain(address(in), read, false, address(__builtin_return_address(0)));
  }
  return found;
}

void* heddle_memcpy_chk(void* to, const void* from, std::size_t size, std::size_t room) {
  check_room("memcpy", size, room);
  return copy(to, from, size, __builtin_return_address(0));
}

void* heddle_memmove_chk(void* to, const void* from, std::size_t size, std::size_t room) {
  check_room("memmove", size, room);
  return copy(to, from, size, __builtin_return_address(0));
}

void* heddle_mempcpy_chk(void* to, const void* from, std::size_t size, std::size_t room) {
  check_room("mempcpy", size, room);
  copy(to, from, size, __builtin_return_address(0));
  return static_cast<std::byte*>(to) + size;
}

void* heddle_memset_chk(void* to, int byte, std::size_t size, std::size_t room) {
  check_room("memset", size, room);
  return set(to, byte, size, __builtin_return_address(0));
}

void* heddle_tsan_memcpy(void* to, const void* from, std::size_t size) {
  return copy(to, from, size, __builtin_return_address(0));
}

void* heddle_tsan_memmove(void* to, const void* from, std::size_t size) {
  return copy(to, from, size, __builtin_return_address(0));
}

void* heddle_tsan_memset(void* to, int byte, std::size_t size) {
  return set(to, byte, size, __builtin_return_address(0));
}

}  // extern "C"

namespace heddle::runtime {
namespace {

void check_room(const char* function, std::size_t size, std::size_t room) {
  if (size <= room) [[likely]]
    return;
  if (!engine::inside()) __chk_fail();
  engine::visit v;
  v.e.fail(failure_kind::memory, "out of bounds: " + thread_name(v.e.running()) + " calls " +
                                     function + " to write " + std::to_string(size) +
                                     " bytes where there is room for " + std::to_string(room));
}

}  // namespace
}  // namespace heddle::runtime
