// Survives what the program under test does to itself: bad memory accesses, stack overflow,
// division by zero, illegal instructions, libc's own aborts, loops without end.
//
// While the guard is armed and a fiber runs, such a signal abandons the fiber: the handler, on a
// signal stack of its own, tells `on_crash`, and the scheduler goes on as if the fiber had called
// back(), with its own thread-local block, signal mask and floating point control. Otherwise the
// signal goes where it went before the guard was there: heddle's own errors crash as loudly as
// ever. The one exception is the overflow of a fiber's stack, which is the program's doing even if
// heddle's code took the last step; `while_armed` tells, since heddle's state may be half changed
// then.
//
// An interrupt from the terminal (SIGINT) only sets a flag; the second one ends the process with
// status 130.
#pragma once

#include <sys/ucontext.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "model/runtime/fiber.hpp"
#include "model/runtime/watchdog.hpp"

namespace heddle::runtime {

enum class crash_kind : std::uint8_t {
  bad_access,           // SIGSEGV, SIGBUS
  stack_overflow,       // SIGSEGV in the guard below a fiber's stack
  arithmetic,           // SIGFPE
  illegal_instruction,  // SIGILL
  trap,                 // SIGTRAP
  aborted,              // SIGABRT: libc noticed something and ended the program
  no_progress,          // the watchdog's patience is over
};

/// "reads or writes memory that it must not", …: goes on after "the program ".
const char* words_for(crash_kind kind);

struct crash {
  crash_kind kind = crash_kind::bad_access;
  int signal = 0;
  int code = 0;  // si_code
  int slot = 0;  // the fiber that ran
  bool while_armed = true;
  bool address_known = false;      // not for a non-canonical address, say
  std::uintptr_t address = 0;      // the access that failed; 0 where there is none
  std::uintptr_t instruction = 0;  // the interrupted one
  std::array<std::uintptr_t, 64> frames{};
  std::size_t depth = 0;

  /// Innermost first, as return addresses: look each up one byte lower. May be cut short.
  std::span<const std::uintptr_t> call_stack() const { return {frames.data(), depth}; }
};

struct crash_guard_options {
  /// Called in the signal handler, with the thread-local block of the scheduler. It may write to
  /// memory and make system calls, but must not allocate, lock or print: the program may have
  /// been anywhere. Null: ask last_crash() when run() has returned.
  void (*on_crash)(void* context, const crash& what) = nullptr;
  void* context = nullptr;

  /// Counts the program's steps. Null: no watchdog.
  const std::uint64_t* progress = nullptr;
  double patience_seconds = 10;
  double period_seconds = 0.25;

  bool take_interrupts = true;
};

class crash_guard {
 public:
  /// Installs the handlers for the calling thread, which must be the scheduler. One at a time.
  /// Throws std::system_error.
  crash_guard(fibers& guarded, const crash_guard_options& options);
  /// Puts back what was there before.
  ~crash_guard();
  crash_guard(const crash_guard&) = delete;
  crash_guard& operator=(const crash_guard&) = delete;

  /// Whether code of the program runs, not of heddle. A crash disarms.
  void arm() { set_armed(true); }
  void disarm() { set_armed(false); }
  bool armed() const { return armed_.load(std::memory_order_relaxed); }

  /// This process is a fork of the one that made the guard, by the thread that it is for. Throws
  /// std::system_error.
  void adopt_process();

  std::uint64_t crashes() const { return crashes_; }
  const crash& last_crash() const { return last_; }

  /// Whether SIGINT has come since the process began or the flag was cleared.
  static bool interrupted();
  static void clear_interrupted();

 private:
  enum class phase : std::uint8_t { idle, walking, telling };

  static void on_signal(int signal, siginfo_t* info, void* context);
  static void on_interrupt(int signal);

  bool takes(int signal, const siginfo_t& info, const ucontext_t& context) const;
  void take(int signal, const siginfo_t& info, ucontext_t& context);
  void describe(int signal, const siginfo_t& info, const ucontext_t& context);
  void go_to_scheduler(ucontext_t& context);
  void install();
  void watch();
  void set_armed(bool armed) {
    // The handler runs in this thread: the compiler is all there is to keep in order.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    armed_.store(armed, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

  fibers& fibers_;
  crash_guard_options options_;
  std::atomic<bool> armed_{false};
  phase phase_ = phase::idle;
  long thread_ = 0;
  std::uint64_t scheduler_mask_ = 0;  // signals blocked, as the kernel has it
  void* signal_stack_ = nullptr;
  stack_t previous_stack_{};
  std::uint64_t crashes_ = 0;
  crash last_;
  std::optional<watchdog> watchdog_;
};

}  // namespace heddle::runtime
