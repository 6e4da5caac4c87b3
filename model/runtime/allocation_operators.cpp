// operator new and delete, all of the replaceable ones ([new.delete]); see
// allocation_functions.cpp. A program that brings operators of its own uses those, and is checked
// through malloc.
#include <cstddef>
#include <cstdint>
#include <new>

#include "model/runtime/allocation.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/own_memory.hpp"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* p);
}

namespace heddle::runtime {
namespace {

constexpr std::size_t usual_alignment = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
constexpr auto single = allocation_family::single_new;
constexpr auto array = allocation_family::array_new;

void* allocate_outside(std::size_t size, std::size_t alignment) {
  return alignment <= usual_alignment ? __libc_malloc(size) : __libc_memalign(alignment, size);
}

void* allocate(std::size_t size, std::size_t alignment, allocation_family family, void* caller) {
  if (!engine::inside()) return allocate_outside(size, alignment);
  return allocate_for_program({.size = size, .alignment = alignment, .family = family},
                              reinterpret_cast<std::uintptr_t>(caller));
}

/// Null if there is no memory and no new-handler.
void* try_make(std::size_t size, std::size_t alignment, allocation_family family, void* caller) {
  for (;;) {
    if (void* const made = allocate(size, alignment, family, caller)) [[likely]]
      return made;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) return nullptr;
    handler();
  }
}

void* make(std::size_t size, std::size_t alignment, allocation_family family, void* caller) {
  if (void* const made = try_make(size, alignment, family, caller)) [[likely]]
    return made;
  throw std::bad_alloc();
}

/// For the variants that do not throw: a new-handler may.
void* make_or_null(std::size_t size, std::size_t alignment, allocation_family family,
                   void* caller) noexcept {
  try {
    return try_make(size, alignment, family, caller);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void give_back(void* p, std::size_t size, allocation_family family, void* caller) {
  if (engine::inside()) {
    release_for_program(p, family, size, reinterpret_cast<std::uintptr_t>(caller));
  } else if (!is_program_heap(p)) {
    __libc_free(p);
  }
}

std::size_t number(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

void* operator new(std::size_t n) {
  return make(n, usual_alignment, single, __builtin_return_address(0));
}
void* operator new[](std::size_t n) {
  return make(n, usual_alignment, array, __builtin_return_address(0));
}
void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
  return make_or_null(n, usual_alignment, single, __builtin_return_address(0));
}
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept {
  return make_or_null(n, usual_alignment, array, __builtin_return_address(0));
}
void* operator new(std::size_t n, std::align_val_t alignment) {
  return make(n, number(alignment), single, __builtin_return_address(0));
}
void* operator new[](std::size_t n, std::align_val_t alignment) {
  return make(n, number(alignment), array, __builtin_return_address(0));
}
void* operator new(std::size_t n, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return make_or_null(n, number(alignment), single, __builtin_return_address(0));
}
void* operator new[](std::size_t n, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return make_or_null(n, number(alignment), array, __builtin_return_address(0));
}

void operator delete(void* p) noexcept {
  give_back(p, any_size, single, __builtin_return_address(0));
}
void operator delete[](void* p) noexcept {
  give_back(p, any_size, array, __builtin_return_address(0));
}
void operator delete(void* p, const std::nothrow_t&) noexcept {
  give_back(p, any_size, single, __builtin_return_address(0));
}
void operator delete[](void* p, const std::nothrow_t&) noexcept {
  give_back(p, any_size, array, __builtin_return_address(0));
}
void operator delete(void* p, std::size_t n) noexcept {
  give_back(p, n, single, __builtin_return_address(0));
}
void operator delete[](void* p, std::size_t n) noexcept {
  give_back(p, n, array, __builtin_return_address(0));
}
void operator delete(void* p, std::align_val_t) noexcept {
  give_back(p, any_size, single, __builtin_return_address(0));
}
void operator delete[](void* p, std::align_val_t) noexcept {
  give_back(p, any_size, array, __builtin_return_address(0));
}
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept {
  give_back(p, any_size, single, __builtin_return_address(0));
}
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept {
  give_back(p, any_size, array, __builtin_return_address(0));
}
void operator delete(void* p, std::size_t n, std::align_val_t) noexcept {
  give_back(p, n, single, __builtin_return_address(0));
}
void operator delete[](void* p, std::size_t n, std::align_val_t) noexcept {
  give_back(p, n, array, __builtin_return_address(0));
}

// By other names, which no program replaces: whoever compares the two knows whether it has.
asm(".globl heddle_usual_operator_new\n.set heddle_usual_operator_new, _Znwm\n"
    ".globl heddle_usual_operator_delete\n.set heddle_usual_operator_delete, _ZdlPv\n");
extern "C" void* heddle_usual_operator_new(std::size_t n);
extern "C" void heddle_usual_operator_delete(void* p) noexcept;

extern "C" {
constinit const heddle_new_operator heddle_visible_new = &::operator new;
constinit const heddle_new_operator heddle_usual_new = &heddle_usual_operator_new;
constinit const heddle_delete_operator heddle_visible_delete = &::operator delete;
constinit const heddle_delete_operator heddle_usual_delete = &heddle_usual_operator_delete;
}
