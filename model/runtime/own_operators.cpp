// What heddle's own code calls in place of operator new and delete, see own_memory.hpp. The names
// are those of the operators' symbols behind "heddle_own": cmake/fuse_objects redirects the calls.
#include <cstddef>
#include <cstdint>
#include <new>

#include "model/runtime/own_memory.hpp"

namespace heddle::runtime {
namespace {

constexpr std::size_t usual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

std::size_t number(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

void* make(std::size_t size, std::size_t alignment) {
  void* const made = allocate_own(size, alignment);
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

// Each by its symbol: that of `operator new(std::size_t)` is _Znwm, and so on ([new.delete]).
extern "C" {

void* heddle_own_Znwm(std::size_t n) { return make(n, usual); }
void* heddle_own_ZnwmRKSt9nothrow_t(std::size_t n, const std::nothrow_t&) noexcept {
  return allocate_own(n, usual);
}
void* heddle_own_ZnwmSt11align_val_t(std::size_t n, std::align_val_t a) {
  return make(n, number(a));
}
void* heddle_own_ZnwmSt11align_val_tRKSt9nothrow_t(std::size_t n, std::align_val_t a,
                                                   const std::nothrow_t&) noexcept {
  return allocate_own(n, number(a));
}
void* heddle_own_Znam(std::size_t n) { return make(n, usual); }
void* heddle_own_ZnamRKSt9nothrow_t(std::size_t n, const std::nothrow_t&) noexcept {
  return allocate_own(n, usual);
}
void* heddle_own_ZnamSt11align_val_t(std::size_t n, std::align_val_t a) {
  return make(n, number(a));
}
void* heddle_own_ZnamSt11align_val_tRKSt9nothrow_t(std::size_t n, std::align_val_t a,
                                                   const std::nothrow_t&) noexcept {
  return allocate_own(n, number(a));
}

void heddle_own_ZdlPv(void* p) noexcept { release_own(p); }
void heddle_own_ZdlPvRKSt9nothrow_t(void* p, const std::nothrow_t&) noexcept { release_own(p); }
void heddle_own_ZdlPvm(void* p, std::size_t) noexcept { release_own(p); }
void heddle_own_ZdlPvSt11align_val_t(void* p, std::align_val_t) noexcept { release_own(p); }
void heddle_own_ZdlPvSt11align_val_tRKSt9nothrow_t(void* p, std::align_val_t,
                                                   const std::nothrow_t&) noexcept {
  release_own(p);
}
void heddle_own_ZdlPvmSt11align_val_t(void* p, std::size_t, std::align_val_t) noexcept {
  release_own(p);
}
void heddle_own_ZdaPv(void* p) noexcept { release_own(p); }
void heddle_own_ZdaPvRKSt9nothrow_t(void* p, const std::nothrow_t&) noexcept { release_own(p); }
void heddle_own_ZdaPvm(void* p, std::size_t) noexcept { release_own(p); }
void heddle_own_ZdaPvSt11align_val_t(void* p, std::align_val_t) noexcept { release_own(p); }
void heddle_own_ZdaPvSt11align_val_tRKSt9nothrow_t(void* p, std::align_val_t,
                                                   const std::nothrow_t&) noexcept {
  release_own(p);
}
void heddle_own_ZdaPvmSt11align_val_t(void* p, std::size_t, std::align_val_t) noexcept {
  release_own(p);
}

}  // extern "C"
