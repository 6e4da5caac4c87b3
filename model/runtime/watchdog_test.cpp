// The watchdog, through the crash guard: what makes no progress is interrupted, whatever it does;
// what only takes its time is not.
#include "model/runtime/watchdog.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>

#include "model/runtime/crash_test_support.hpp"

namespace heddle::runtime {
namespace {

class impatient : public crashes {
 protected:
  impatient() : crashes(0.05) {}
};

TEST_F(impatient, an_endless_loop_is_interrupted_each_time) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(crash_count(1,
                          [] {
                            volatile bool stop = false;
                            while (!stop) {
                            }
                          }),
              1u);
    EXPECT_EQ(guard_.last_crash().kind, crash_kind::no_progress);
    EXPECT_EQ(guard_.last_crash().slot, 1);
  }
}

TEST_F(impatient, a_system_call_that_waits_for_ever_is_interrupted) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(crash_count(1,
                        [&] {
                          char byte;
                          if (read(ends[0], &byte, 1) == 1) std::abort();
                        }),
            1u);
  EXPECT_EQ(guard_.last_crash().kind, crash_kind::no_progress);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(impatient, switching_for_ever_without_progress_is_interrupted) {
  EXPECT_EQ(crash_count(1,
                        [&] {
                          auto other = [&] {
                            for (;;) fibers_.switch_to(1);
                          };
                          start_body(fibers_, 2, other);
                          for (;;) fibers_.switch_to(2);
                        }),
            1u);
  EXPECT_EQ(guard_.last_crash().kind, crash_kind::no_progress);
}

class rather_patient : public crashes {
 protected:
  rather_patient() : crashes(0.5) {}
};

// Runs for twice the patience, by the count of the process's own CPU time.
template <class Step>
void busy(Step step) {
  const std::clock_t end = std::clock() + CLOCKS_PER_SEC;
  while (std::clock() < end) step();
}

TEST_F(rather_patient, a_long_loop_with_progress_is_not_interrupted) {
  EXPECT_EQ(crash_count(1, [] { busy([] { ++progress_; }); }), 0u);
}

TEST_F(rather_patient, switching_for_long_with_progress_is_not_interrupted) {
  EXPECT_EQ(crash_count(1,
                        [&] {
                          auto other = [&] {
                            for (;;) fibers_.switch_to(1);
                          };
                          start_body(fibers_, 2, other);
                          busy([&] {
                            ++progress_;
                            fibers_.switch_to(2);
                          });
                        }),
            0u);
}

TEST_F(rather_patient, heddles_own_long_work_is_not_interrupted) {
  EXPECT_EQ(crash_count(1,
                        [&] {
                          guard_.disarm();
                          busy([] {});
                          guard_.arm();
                        }),
            0u);
}

TEST(watchdog_death, unstoppable_program_ends_the_process_with_a_sentence) {
  const auto blocks_signals_and_loops = [] {
    std::uint64_t progress = 0;
    fibers f;
    crash_guard_options options;
    options.progress = &progress;
    options.patience_seconds = 0.02;
    options.period_seconds = 0.01;
    crash_guard guard(f, options);
    guard.arm();
    run_body(f, 1, [] {
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_SETMASK, &all, nullptr);
      for (volatile bool stop = false; !stop;) {
      }
    });
  };
  EXPECT_EXIT(blocks_signals_and_loops(), testing::ExitedWithCode(2), "cannot be interrupted");
}

}  // namespace
}  // namespace heddle::runtime
