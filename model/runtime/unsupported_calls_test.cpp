// Outside the program, a diverted function must be indistinguishable from the C library's: whatever
// its arguments and results are, and as often as it is called.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <random>

namespace heddle::runtime {
namespace {

TEST(diverted_outside, variadic_arguments_arrive) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(syscall(SYS_getpid), getpid());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(syscall(SYS_write, ends[1], "heddle", 6), 6);
  char bytes[8] = {};
  EXPECT_EQ(read(ends[0], bytes, sizeof bytes), 6);
  EXPECT_STREQ(bytes, "heddle");
  close(ends[0]);
  close(ends[1]);
}

TEST(diverted_outside, floating_point_results_arrive) {
  for (int i = 0; i < 2; ++i) {
    unsigned short state[3] = {1, 2, 3};
    EXPECT_NEAR(erand48(state), 0.0, 1.0);
  }
  srand48(1);
  EXPECT_NEAR(drand48(), 0.0416303447718782, 1e-12);
}

TEST(diverted_outside, errors_arrive) {
  errno = 0;
  EXPECT_EQ(read(-1, nullptr, 0), -1);
  EXPECT_EQ(errno, EBADF);
  timespec now;
  EXPECT_EQ(clock_gettime(12345, &now), -1);
  EXPECT_EQ(errno, EINVAL);
}

TEST(diverted_outside, the_clock_goes_on) {
  timespec first, second;
  ASSERT_EQ(clock_gettime(CLOCK_MONOTONIC, &first), 0);
  ASSERT_EQ(clock_gettime(CLOCK_MONOTONIC, &second), 0);
  EXPECT_GE(second.tv_sec, first.tv_sec);
  EXPECT_GT(time(nullptr), 1'600'000'000);
}

// vfork's child returns first, on the same stack.
TEST(diverted_outside, vfork_works) {
  const pid_t child = vfork();
  if (child == 0) _exit(7);
  ASSERT_GT(child, 0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

volatile std::sig_atomic_t signals = 0;

TEST(diverted_outside, signal_handlers_are_installed) {
  const auto before = std::signal(SIGUSR1, [](int) { signals = signals + 1; });
  ASSERT_NE(before, SIG_ERR);
  EXPECT_EQ(std::raise(SIGUSR1), 0);
  EXPECT_EQ(signals, 1);
  std::signal(SIGUSR1, before);
}

// A function of libstdc++, called from there and from here.
TEST(diverted_outside, random_device_answers) {
  std::random_device device;
  std::random_device::result_type all = 0;
  for (int i = 0; i < 8; ++i) all |= device();
  EXPECT_NE(all, 0u);
}

}  // namespace
}  // namespace heddle::runtime
