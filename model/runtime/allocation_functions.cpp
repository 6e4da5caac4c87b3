// malloc and its like. Outside the program they are the C library's. Inside, they are the program's
// heap's, unless libc itself asks (see allocation.hpp). What is given back is told apart by its
// address: heddle, or libc at its end, may free outside what the program allocated inside; the heap
// forgets it anyway.
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "model/runtime/allocation.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/libc_blocks.hpp"
#include "model/runtime/raw_bytes.hpp"
#include "model/runtime/real_function.hpp"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* p, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* p);
}

namespace heddle::runtime {
namespace {

constinit real_function<std::size_t(void*)> real_usable_size{"malloc_usable_size"};

std::uintptr_t address(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

bool is_power_of_two(std::size_t n) { return n != 0 && (n & (n - 1)) == 0; }

std::size_t page_bytes() { return static_cast<std::size_t>(getpagesize()); }

void* remembered(void* p) {
  if (p != nullptr) libc_blocks.remember(p);
  return p;
}

void* allocate_aligned(std::size_t alignment, std::size_t size, void* caller) {
  if (!engine::inside()) return __libc_memalign(alignment, size);
  if (is_libc_code(address(caller))) return remembered(__libc_memalign(alignment, size));
  return allocate_for_program({.size = size, .alignment = alignment}, address(caller));
}

void* allocate(std::size_t size, void* caller) {
  if (!engine::inside()) return __libc_malloc(size);
  if (is_libc_code(address(caller))) return remembered(__libc_malloc(size));
  return allocate_for_program({.size = size}, address(caller));
}

/// Outside: the program's block stays with the heap, its contents move to the C library's.
void* move_out(void* p, std::size_t size) {
  const block* const old = program_block(p);
  void* const fresh = __libc_malloc(size);
  if (fresh != nullptr && old != nullptr) {
    raw::move(fresh, p, old->size < size ? old->size : size);
  }
  return fresh;
}

void* reallocate(void* p, std::size_t size, void* caller) {
  const bool inside = engine::inside();
  if (p == nullptr) return allocate(size, caller);
  if (is_program_heap(p)) {
    if (!inside) return move_out(p, size);
    if (size != 0) return reallocate_for_program(p, size, address(caller));
    release_for_program(p, allocation_family::malloc, any_size, address(caller));
    return nullptr;  // as glibc does
  }
  if (!inside) return __libc_realloc(p, size);
  if (libc_blocks.take(p) || is_libc_code(address(caller))) {
    return remembered(__libc_realloc(p, size));
  }
  // From before exploration: the next execution will need the old one as it is now.
  void* const fresh = allocate_for_program({.size = size}, address(caller));
  const std::size_t room = real_usable_size(p);
  if (fresh != nullptr) raw::move(fresh, p, room < size ? room : size);
  return fresh;
}

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

// Names of their own in the source: of the well-known ones the compiler takes too much for granted.
void* heddle_malloc(std::size_t size) asm("malloc");
void heddle_free(void* p) asm("free");
void* heddle_calloc(std::size_t count, std::size_t size) asm("calloc");
void* heddle_realloc(void* p, std::size_t size) asm("realloc");
void* heddle_reallocarray(void* p, std::size_t count, std::size_t size) asm("reallocarray");
void* heddle_memalign(std::size_t alignment, std::size_t size) asm("memalign");
void* heddle_aligned_alloc(std::size_t alignment, std::size_t size) asm("aligned_alloc");
int heddle_posix_memalign(void** result, std::size_t alignment,
                          std::size_t size) asm("posix_memalign");
void* heddle_valloc(std::size_t size) asm("valloc");
void* heddle_pvalloc(std::size_t size) asm("pvalloc");
std::size_t heddle_malloc_usable_size(void* p) asm("malloc_usable_size");

void* heddle_malloc(std::size_t size) { return allocate(size, __builtin_return_address(0)); }

void heddle_free(void* p) {
  if (engine::inside()) {
    release_for_program(p, allocation_family::malloc, any_size,
                        address(__builtin_return_address(0)));
  } else if (!is_program_heap(p)) {
    __libc_free(p);
  }
}

void* heddle_calloc(std::size_t count, std::size_t size) {
  if (!engine::inside()) return __libc_calloc(count, size);
  const std::uintptr_t caller = address(__builtin_return_address(0));
  if (is_libc_code(caller)) return remembered(__libc_calloc(count, size));
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) bytes = SIZE_MAX;
  return allocate_for_program({.size = bytes, .zeroed = true}, caller);
}

void* heddle_realloc(void* p, std::size_t size) {
  return reallocate(p, size, __builtin_return_address(0));
}

void* heddle_reallocarray(void* p, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) {
    errno = ENOMEM;
    return nullptr;
  }
  return reallocate(p, bytes, __builtin_return_address(0));
}

void* heddle_memalign(std::size_t alignment, std::size_t size) {
  return allocate_aligned(alignment, size, __builtin_return_address(0));
}

void* heddle_aligned_alloc(std::size_t alignment, std::size_t size) {
  return allocate_aligned(alignment, size, __builtin_return_address(0));
}

int heddle_posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  if (!is_power_of_two(alignment) || alignment % sizeof(void*) != 0) return EINVAL;
  const int before = errno;
  void* const made = allocate_aligned(alignment, size, __builtin_return_address(0));
  errno = before;
  if (made == nullptr) return ENOMEM;
  *result = made;
  return 0;
}

void* heddle_valloc(std::size_t size) {
  return allocate_aligned(page_bytes(), size, __builtin_return_address(0));
}

void* heddle_pvalloc(std::size_t size) {
  const std::size_t page = page_bytes();
  return allocate_aligned(page, (size + page - 1) / page * page, __builtin_return_address(0));
}

std::size_t heddle_malloc_usable_size(void* p) {
  if (p == nullptr) return 0;
  if (!is_program_heap(p)) return real_usable_size(p);
  const block* const found = program_block(p);
  return found == nullptr ? 0 : found->size;
}

}  // extern "C"
