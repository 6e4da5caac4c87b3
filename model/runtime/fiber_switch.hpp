// The switch between stacks (fiber_switch.S), as C++ sees it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::runtime {

/// What lies at the saved stack pointer of a stack that is not running, lowest address first. The
/// address of `instruction` is 16n+8 for a frame that starts a fiber.
struct saved_frame {
  std::uint32_t mxcsr;
  std::uint16_t x87_control;
  std::uint16_t unused;
  std::uint64_t r15, r14, r13, r12, rbx, rbp;
  std::uint64_t instruction;
};
static_assert(sizeof(saved_frame) == 64 && offsetof(saved_frame, instruction) == 56);

extern "C" {

/// Parks the running stack, storing its stack pointer in `*save`, and goes on at `load`.
void heddle_fiber_switch(void** save, void* load);

/// The same, and sets the thread-local block (wrfsbase; only where the kernel allows it).
void heddle_fiber_switch_block(void** save, void* load, std::uintptr_t fs_base);

/// The same, made for the way between scheduler and fiber.
void heddle_fiber_cross(void** save, void* load, std::uintptr_t fs_base);

/// Goes on at `load` and forgets the running stack.
[[noreturn]] void heddle_fiber_resume(void* load);

/// Where a new fiber begins: calls r13 with r12 as its argument.
void heddle_fiber_entry();

/// Called when that function returns, which it must not.
[[noreturn]] void heddle_fiber_returned();

}  // extern "C"

}  // namespace heddle::runtime
