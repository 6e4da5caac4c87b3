#include "model/runtime/fiber.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace heddle::runtime {

void heddle_fiber_returned() {
  check_that(false, "the first function of a fiber does not return");
  std::abort();
}

fibers::fibers(const fiber_options& options)
    : wrfsbase_(options.use_wrfsbase && has_wrfsbase()),
      blocks_(thread_blocks()),
      stacks_(options.stack_bytes, options.guard_bytes, options.stacks_at),
      first_{} {
  blocks_.adopt_caller();
  asm volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(first_.mxcsr), "=m"(first_.x87_control));
  constexpr std::uint32_t exceptions_seen = 0x3f;
  first_.mxcsr &= ~exceptions_seen;
  first_.instruction = reinterpret_cast<std::uint64_t>(&heddle_fiber_entry);
}

fibers::~fibers() { check_that(current_ == scheduler, "only the scheduler ends the fibers"); }

void fibers::prepare(int slot) {
  check_that(0 <= slot && slot < limit, "there is such a slot");
  stacks_.open(slot);
  blocks_.create(slot);
  prepared_[slot] = true;
}

void* fibers::first_frame(int slot, void (*entry)(void*), void* argument) const {
  // 16 bytes of zeros above the frame: a walk along frame pointers ends there.
  std::byte* const end = stacks_.top_of(slot) - 16;
  reinterpret_cast<std::uint64_t*>(end)[0] = 0;
  reinterpret_cast<std::uint64_t*>(end)[1] = 0;
  auto* const frame = reinterpret_cast<saved_frame*>(end) - 1;
  *frame = first_;
  frame->r13 = reinterpret_cast<std::uint64_t>(entry);
  frame->r12 = reinterpret_cast<std::uint64_t>(argument);
  return frame;
}

void fibers::clear_stack(int slot, std::size_t bytes) {
  check_that(is_armed(slot) && slot != current_, "the stack of an armed slot is cleared");
  auto* const end = static_cast<std::byte*>(stack_pointers_[slot]);
  const auto room = static_cast<std::size_t>(end - stacks_.stack_of(slot).data());
  bytes = std::min(bytes, room);
  std::memset(end - bytes, 0, bytes);
}

void* fibers::abandon_from_handler() {
  check_that(current_ >= 0, "a fiber is abandoned");
  stack_pointers_[current_] = nullptr;
  current_ = scheduler;
  set_fs_base(blocks_[0].fs_base);
  return scheduler_stack_pointer_;
}

}  // namespace heddle::runtime
