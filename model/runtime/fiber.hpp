// The program's threads as fibers: each slot has a stack (stack_pool.hpp) and a thread-local block
// (thread_block.hpp) of its own, and a switch changes both in user space.
//
// Whoever constructs a `fibers` is the scheduler: it stays on its own stack, with its own
// thread-local block, which slot 0 (the program's main thread) shares. A fiber that is not wanted
// any more is abandoned: start() arms its slot anew, nothing is unwound. All calls come from one
// thread of the operating system. Errors of use are internal errors of heddle (check_that).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/program/check_that.hpp"
#include "model/runtime/fiber_switch.hpp"
#include "model/runtime/stack_pool.hpp"
#include "model/runtime/thread_block.hpp"

namespace heddle::runtime {

struct fiber_options {
  std::size_t stack_bytes = 256 << 10;
  std::size_t guard_bytes = 1 << 20;
  std::uintptr_t stacks_at = stack_pool::default_base;
  bool use_wrfsbase = true;  // where there is such a thing; else a system call at each switch
};

class fibers {
 public:
  static constexpr int limit = 255;  // slots 0 .. 254
  static constexpr int scheduler = -1;

  /// Reserves the addresses. At most one object at a time at the same addresses. Throws
  /// std::runtime_error, with a sentence for the user.
  explicit fibers(const fiber_options& options = {});
  ~fibers();
  fibers(const fibers&) = delete;
  fibers& operator=(const fibers&) = delete;

  /// Gives the slot its stack and its thread-local block, once; start() does it where it is
  /// missing. Starts a thread of the operating system, for which libc calls calloc. Throws
  /// std::system_error where the system has no memory or no thread left.
  void prepare(int slot);

  /// Arms the slot with a fresh stack and fresh thread-local storage (see thread_block.hpp): its
  /// first run calls entry(argument), which must never return. What the slot did before is
  /// abandoned. Not for the slot that runs. About 10 ns, with a small thread-local segment.
  void start(int slot, void (*entry)(void*), void* argument) {
    check_that(0 <= slot && slot < limit && slot != current_, "a slot that does not run is armed");
    if (!prepared_[slot]) [[unlikely]]
      prepare(slot);
    blocks_.reset(slot);
    stack_pointers_[slot] = first_frame(slot, entry, argument);
  }

  /// Zeros below the first frame of a slot that start() has armed, and that has not run since: what
  /// an earlier execution left there. At most the whole stack.
  void clear_stack(int slot, std::size_t bytes);

  /// From the scheduler: switches to the fiber, for the first time or where it left; returns when
  /// some fiber calls back(), or crashes (crash_guard.hpp).
  void run(int slot) {
    check_that(current_ == scheduler && is_armed(slot), "the scheduler runs an armed slot");
    current_ = slot;
    leave<heddle_fiber_cross>(&scheduler_stack_pointer_, stack_pointers_[slot], slot);
  }

  /// From a fiber to another; returns when someone switches back to it.
  void switch_to(int slot) {
    const int from = current_;
    check_that(from >= 0 && slot != from && is_armed(slot), "a fiber switches to another");
    current_ = slot;
    leave<heddle_fiber_switch_block>(&stack_pointers_[from], stack_pointers_[slot], slot);
  }

  /// From a fiber to the scheduler; returns if the fiber is run again, never if it is abandoned.
  void back() {
    const int from = current_;
    check_that(from >= 0, "a fiber goes back to the scheduler");
    current_ = scheduler;
    leave<heddle_fiber_cross>(&stack_pointers_[from], scheduler_stack_pointer_, 0);
  }

  /// For a signal handler which interrupted a fiber that shall not go on: the scheduler is current
  /// from now on, with its thread-local block. Returns what heddle_fiber_resume takes; the handler
  /// must go there, on whichever way.
  void* abandon_from_handler();

  /// The slot that runs, or `scheduler`.
  int current() const { return current_; }

  std::span<std::byte> stack(int slot) const { return stacks_.stack_of(slot); }
  const stack_pool& stacks() const { return stacks_; }

  /// The executable's thread-local segment in this slot; empty if there is none, or the slot was
  /// never prepared.
  std::span<std::byte> thread_local_block(int slot) const { return blocks_.locals(slot); }

  /// What start(0) restores from now on: thread-local storage of the main thread as it is now. To
  /// be called from the scheduler when exploration begins; restore when it ends.
  void snapshot_main_thread_local() { blocks_.snapshot_main(); }
  void restore_main_thread_local() { blocks_.restore_main(); }

 private:
  bool is_armed(int slot) const {
    return 0 <= slot && slot < limit && stack_pointers_[slot] != nullptr;
  }
  void* first_frame(int slot, void (*entry)(void*), void* argument) const;

  template <auto Switch>
  void leave(void** save, void* load, int slot) {
    const std::uintptr_t block = blocks_[slot].fs_base;
    if (wrfsbase_) [[likely]]
      return Switch(save, load, block);
    set_fs_base(block);
    heddle_fiber_switch(save, load);
  }

  int current_ = scheduler;
  bool wrfsbase_;
  void* scheduler_stack_pointer_ = nullptr;
  thread_block_table& blocks_;
  stack_pool stacks_;
  saved_frame first_;                 // the floating point control of a new thread
  void* stack_pointers_[limit] = {};  // where the fiber goes on; null: never armed
  bool prepared_[limit] = {};
};

}  // namespace heddle::runtime
