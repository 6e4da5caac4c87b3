// longjmp and its relatives, which carry on in the frame of another function. In a frame of the
// running thread that is the program's own business. Another thread's frame is on another stack:
// there the program's behaviour is undefined, and heddle would lose track of who runs.
#include <csetjmp>
#include <cstdint>

#include "model/runtime/engine.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {
namespace {

using jump = void(struct __jmp_buf_tag*, int);

constinit real_function<jump> real_longjmp{"longjmp"};
constinit real_function<jump> real_siglongjmp{"siglongjmp"};
constinit real_function<jump> real_underscore_longjmp{"_longjmp"};
constinit real_function<jump> real_checked_longjmp{"__longjmp_chk"};

/// The stack pointer that setjmp has saved. glibc scrambles it (PTR_MANGLE) with the thread block's
/// word at 0x30, which is the same in all threads.
std::uintptr_t saved_stack_pointer(const struct __jmp_buf_tag* saved) {
  constexpr int stack_pointer = 6;
  auto word = static_cast<std::uintptr_t>(saved->__jmpbuf[stack_pointer]);
  asm("rorq $17, %0\n\txorq %%fs:0x30, %0" : "+r"(word));
  return word;
}

void check_target(const struct __jmp_buf_tag* saved, const char* name) {
  if (!engine::inside()) return;
  engine::visit v;
  if (v.e.runs_on(saved_stack_pointer(saved))) return;
  v.e.cannot(std::string("jumps into a function of another thread (") + name +
             "), which is undefined");
}

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

void longjmp(struct __jmp_buf_tag* saved, int value) noexcept {
  check_target(saved, "longjmp");
  real_longjmp(saved, value);
  __builtin_unreachable();
}

void siglongjmp(struct __jmp_buf_tag* saved, int value) noexcept {
  check_target(saved, "siglongjmp");
  real_siglongjmp(saved, value);
  __builtin_unreachable();
}

void _longjmp(struct __jmp_buf_tag* saved, int value) noexcept {
  check_target(saved, "_longjmp");
  real_underscore_longjmp(saved, value);
  __builtin_unreachable();
}

// With _FORTIFY_SOURCE. The C library's own check would find a stack that is not the thread's.
void __longjmp_chk(struct __jmp_buf_tag* saved, int value) noexcept {
  check_target(saved, "longjmp");
  if (engine::inside()) {
    real_longjmp(saved, value);
  } else {
    real_checked_longjmp(saved, value);
  }
  __builtin_unreachable();
}
}
