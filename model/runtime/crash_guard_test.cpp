// The crash guard: each way in which a program can break itself, again and again, and what must
// not be taken for one. Here the faults come from instructions of the fiber under test.
#include "model/runtime/crash_guard.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cfenv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "model/runtime/crash_test_support.hpp"

namespace heddle::runtime {
namespace {

std::uint64_t blocked_signals() {
  sigset_t set;
  pthread_sigmask(SIG_SETMASK, nullptr, &set);
  std::uint64_t words;
  std::memcpy(&words, &set, sizeof words);
  return words;
}

[[gnu::noinline]] int read_at(const volatile int* address) { return *address; }
[[gnu::noinline]] void calls_read(const volatile int* address) {
  if (read_at(address) == 42) std::abort();
}

// Recursion that no compiler turns into a loop.
[[gnu::noinline]] int recurse(volatile int* depth) {
  volatile char frame[100];
  frame[0] = 1;
  if (*depth == 0) return frame[0];
  *depth = *depth - 1;
  return recurse(depth) + frame[0];
}
constexpr int for_ever = 0x7fffffff;

TEST_F(crashes, no_crash_is_none) {
  EXPECT_EQ(crash_count(1, [] {}), 0u);
  EXPECT_EQ(told_, 0);
}

TEST_F(crashes, null_pointer_tells_where) {
  EXPECT_EQ(crash_count(1, [] { calls_read(reinterpret_cast<int*>(16)); }), 1u);
  const crash& what = guard_.last_crash();
  EXPECT_EQ(told_, 1);
  EXPECT_EQ(what.kind, crash_kind::bad_access);
  EXPECT_EQ(what.signal, SIGSEGV);
  EXPECT_EQ(what.slot, 1);
  EXPECT_TRUE(what.while_armed);
  EXPECT_TRUE(what.address_known);
  EXPECT_EQ(what.address, 16u);
  EXPECT_LT(what.instruction - reinterpret_cast<std::uintptr_t>(&read_at), 64u);
  ASSERT_GE(what.depth, 2u);
  EXPECT_EQ(what.frames[0], what.instruction + 1);
  EXPECT_LT(what.frames[1] - reinterpret_cast<std::uintptr_t>(&calls_read), 64u);
}

[[gnu::noinline]] void calls_through(void (*volatile* function)()) {
  (*function)();
  asm volatile("");
}

TEST_F(crashes, a_call_of_a_null_pointer_tells_its_caller) {
  EXPECT_EQ(crash_count(1,
                        [] {
                          void (*volatile nothing)() = nullptr;
                          calls_through(&nothing);
                        }),
            1u);
  const crash& what = guard_.last_crash();
  EXPECT_EQ(what.instruction, 0u);
  ASSERT_GE(what.depth, 2u);
  EXPECT_LT(what.frames[1] - reinterpret_cast<std::uintptr_t>(&calls_through), 64u);
}

TEST_F(crashes, non_canonical_address_is_not_known) {
  EXPECT_EQ(crash_count(1, [] { calls_read(reinterpret_cast<int*>(0x8000'0000'0000'0000)); }), 1u);
  EXPECT_FALSE(guard_.last_crash().address_known);
}

TEST_F(crashes, division_by_zero) {
  EXPECT_EQ(crash_count(2,
                        [] {
                          asm volatile("xorl %%edx, %%edx; xorl %%ecx, %%ecx; divl %%ecx" ::
                                           : "rax", "rcx", "rdx");
                        }),
            1u);
  EXPECT_EQ(guard_.last_crash().kind, crash_kind::arithmetic);
}

TEST_F(crashes, illegal_instruction_and_breakpoint) {
  EXPECT_EQ(crash_count(2, [] { __builtin_trap(); }), 1u);
  EXPECT_EQ(guard_.last_crash().kind, crash_kind::illegal_instruction);
  EXPECT_EQ(crash_count(2, [] { asm volatile("int3"); }), 1u);
  EXPECT_EQ(guard_.last_crash().kind, crash_kind::trap);
}

TEST_F(crashes, abort_by_libc_again_and_again) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(crash_count(2, [] { std::abort(); }), 1u);
    EXPECT_EQ(guard_.last_crash().kind, crash_kind::aborted);
  }
}

TEST_F(crashes, stack_overflow_ten_thousand_times) {
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(crash_count(i % 3,
                          [] {
                            volatile int depth = for_ever;
                            recurse(&depth);
                          }),
              1u);
    ASSERT_EQ(guard_.last_crash().kind, crash_kind::stack_overflow);
    ASSERT_EQ(guard_.last_crash().slot, i % 3);
    ASSERT_EQ(guard_.last_crash().depth, guard_.last_crash().frames.size());
    // And fibers that stay within their stacks go on to run.
    ASSERT_EQ(crash_count(i % 3,
                          [] {
                            volatile int depth = 500;
                            if (recurse(&depth) != 501) std::abort();
                          }),
              0u);
  }
}

TEST_F(crashes, a_large_frame_does_not_step_over_the_guard) {
  EXPECT_EQ(crash_count(5,
                        [] {
                          auto* const low = static_cast<volatile char*>(__builtin_frame_address(0));
                          low[-(700 << 10)] = 1;
                        }),
            1u);
  EXPECT_EQ(guard_.last_crash().kind, crash_kind::stack_overflow);
}

TEST_F(crashes, a_broken_stack_does_not_break_the_guard) {
  // The frame pointer is what the caller's frame is found by: the walk itself crashes.
  EXPECT_EQ(crash_count(1,
                        [] {
                          asm volatile("movq $0x10, %%rbp; ud2" ::: "memory");
                          __builtin_unreachable();
                        }),
            1u);
  EXPECT_EQ(guard_.last_crash().kind, crash_kind::illegal_instruction);
  EXPECT_GE(guard_.last_crash().depth, 1u);
  EXPECT_EQ(crash_count(1,
                        [] {
                          asm volatile("movq $0x10, %%rsp; pushq %%rax" ::: "memory");
                          __builtin_unreachable();
                        }),
            1u);
  EXPECT_EQ(crash_count(1, [] {}), 0u);
}

TEST_F(crashes, signal_mask_and_rounding_mode_are_the_schedulers_again) {
  const std::uint64_t before = blocked_signals();
  EXPECT_EQ(crash_count(3,
                        [] {
                          sigset_t all;
                          sigfillset(&all);
                          sigdelset(&all, SIGSEGV);
                          pthread_sigmask(SIG_SETMASK, &all, nullptr);
                          std::fesetround(FE_DOWNWARD);
                          asm volatile("std");
                          calls_read(nullptr);
                        }),
            1u);
  EXPECT_EQ(blocked_signals(), before);
  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
  std::uint64_t flags;
  asm volatile("pushfq; popq %0" : "=r"(flags));
  EXPECT_EQ(flags & 0x400, 0u);
}

TEST_F(crashes, exceptions_work_after_a_crash_in_a_catch_block) {
  EXPECT_EQ(crash_count(3,
                        [] {
                          try {
                            throw 1;
                          } catch (int) {
                            calls_read(nullptr);
                          }
                        }),
            1u);
  EXPECT_EQ(std::current_exception(), nullptr);
  try {
    throw std::runtime_error("after");
  } catch (const std::runtime_error& after) {
    EXPECT_STREQ(after.what(), "after");
  }
}

TEST_F(crashes, overflow_in_heddles_own_code_is_told_apart) {
  const std::uint64_t before = guard_.crashes();
  run_body(fibers_, 1, [] {
    volatile int depth = for_ever;
    recurse(&depth);
  });
  EXPECT_EQ(guard_.crashes(), before + 1);
  EXPECT_FALSE(guard_.last_crash().while_armed);
}

// In a child of its own, since a fork has left the thread behind that the fixture's guard is for.
template <class Body>
void guarded_child(bool armed, Body body) {
  fibers f;
  crash_guard guard(f, {});
  if (armed) guard.arm();
  run_body(f, 1, body);
  _exit(static_cast<int>(guard.crashes()));
}

TEST(crash_guard_death, heddles_own_crashes_stay_loud) {
  const auto bad_access = [] { calls_read(nullptr); };
  const auto trap = [] { __builtin_trap(); };
  const auto breakpoint = [] { asm volatile("int3"); };
  const auto aborts = [] { std::abort(); };
  EXPECT_EXIT(guarded_child(false, bad_access), testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(guarded_child(false, trap), testing::KilledBySignal(SIGILL), "");
  EXPECT_EXIT(guarded_child(false, breakpoint), testing::KilledBySignal(SIGTRAP), "");
  EXPECT_EXIT(guarded_child(false, aborts), testing::KilledBySignal(SIGABRT), "");
  EXPECT_EXIT(guarded_child(true, bad_access), testing::ExitedWithCode(1), "");
  EXPECT_EXIT(guarded_child(true, aborts), testing::ExitedWithCode(1), "");
  const auto in_scheduler = [&] {
    fibers f;
    crash_guard guard(f, {});
    guard.arm();
    calls_read(nullptr);
  };
  EXPECT_EXIT(in_scheduler(), testing::KilledBySignal(SIGSEGV), "");
}

TEST(crash_guard_death, a_fork_that_adopts_the_guard_is_guarded) {
  fibers f;
  std::uint64_t steps = 0;
  crash_guard guard(f, {.progress = &steps, .patience_seconds = 0.2, .period_seconds = 0.05});
  const auto in_a_fork = [&] {
    guard.adopt_process();
    guard.arm();
    run_body(f, 1, [] { calls_read(nullptr); });
    guard.arm();
    run_body(f, 1, [] {
      for (volatile bool more = true; more;) {
      }
    });
    _exit(static_cast<int>(guard.crashes()));
  };
  EXPECT_EXIT(in_a_fork(), testing::ExitedWithCode(2), "");
}

TEST_F(crashes, first_interrupt_sets_a_flag_and_the_second_exits) {
  EXPECT_FALSE(crash_guard::interrupted());
  raise(SIGINT);
  EXPECT_TRUE(crash_guard::interrupted());
  EXPECT_EXIT(raise(SIGINT), testing::ExitedWithCode(130), "");
  crash_guard::clear_interrupted();
  EXPECT_FALSE(crash_guard::interrupted());
  raise(SIGINT);
  EXPECT_TRUE(crash_guard::interrupted());
  crash_guard::clear_interrupted();
}

TEST(crash_guard, puts_back_what_was_there) {
  static int called = 0;
  struct sigaction mine{};
  mine.sa_handler = [](int) { ++called; };
  struct sigaction before{};
  sigaction(SIGFPE, &mine, &before);
  {
    fibers f;
    crash_guard guard(f, {});
    raise(SIGFPE);  // no fiber runs: to the handler that was there
    EXPECT_EQ(called, 1);
  }
  raise(SIGFPE);
  EXPECT_EQ(called, 2);
  sigaction(SIGFPE, &before, nullptr);
  stack_t stack{};
  sigaltstack(nullptr, &stack);
  EXPECT_NE(stack.ss_size, 256u << 10);
}

}  // namespace
}  // namespace heddle::runtime
