// For the tests of the crash guard: a guarded fiber, and how often it crashed.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "model/runtime/crash_guard.hpp"
#include "model/runtime/fiber_test_support.hpp"

namespace heddle::runtime {

inline thread_local int scheduler_local = 1;
[[gnu::noinline]] inline int& scheduler_local_here() { return scheduler_local; }

class crashes : public testing::Test {
 protected:
  // A machine may be so busy that nothing moves for a while; that is no endless loop.
  explicit crashes(double patience_seconds = 5)
      : guard_(fibers_, options(this, patience_seconds)) {}

  static crash_guard_options options(crashes* self, double patience_seconds) {
    crash_guard_options chosen;
    chosen.context = self;
    chosen.on_crash = [](void* context, const crash&) {
      ++static_cast<crashes*>(context)->told_;
      EXPECT_EQ(fs_base(), thread_blocks()[0].fs_base);
    };
    chosen.progress = &progress_;
    chosen.patience_seconds = patience_seconds;
    chosen.period_seconds = patience_seconds / 10;
    return chosen;
  }

  // Runs the body in an armed guard and says how often it crashed: 0 or 1.
  template <class Body>
  std::uint64_t crash_count(int slot, Body body) {
    const std::uint64_t before = guard_.crashes();
    start_body(fibers_, slot, body);
    scheduler_local_here() = 4711;
    guard_.arm();
    fibers_.run(slot);
    guard_.disarm();
    EXPECT_EQ(fibers_.current(), fibers::scheduler);
    EXPECT_EQ(scheduler_local_here(), 4711);
    return guard_.crashes() - before;
  }

  static inline std::uint64_t progress_ = 0;
  fibers fibers_;
  int told_ = 0;
  crash_guard guard_;
};

}  // namespace heddle::runtime
