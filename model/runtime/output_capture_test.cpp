#include "model/runtime/output_capture.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

namespace heddle::runtime {
namespace {

void say(int descriptor, const std::string& text) {
  ASSERT_EQ(write(descriptor, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

TEST(output_capture, takes_what_stdio_streams_and_descriptors_print) {
  std::string text;
  {
    output_capture capture;
    capture.begin_execution();
    std::printf("printf ");
    std::cout << "cout " << 42 << ' ' << std::flush;
    std::fputs("stderr ", stderr);
    std::cerr << "cerr ";
    say(1, "write");
    text = capture.text();
  }
  for (const char* part : {"printf ", "cout 42 ", "stderr ", "cerr ", "write"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

TEST(output_capture, a_fork_that_separates_has_its_own) {
  int status = -1;
  std::string text;
  {
    output_capture capture;
    capture.begin_execution();
    std::printf("parent");
    const pid_t child = fork();
    if (child == 0) {
      capture.separate();
      const bool empty = capture.text().empty();
      std::printf("child");
      _exit(empty && capture.text() == "child" ? 0 : 1);
    }
    waitpid(child, &status, 0);
    text = capture.text();
  }
  EXPECT_EQ(status, 0);
  EXPECT_EQ(text, "parent");
}

TEST(output_capture, each_execution_begins_with_nothing) {
  std::string first, second, third, fourth;
  {
    output_capture capture;
    std::printf("before");
    capture.begin_execution();
    std::printf("pending");
    first = capture.text();
    std::printf(", more");
    capture.begin_execution();
    second = capture.text();
    say(2, "raw");
    capture.begin_execution();
    third = capture.text();
    std::cerr << "x";
    std::cout << "y";
    capture.begin_execution();
    std::printf("last");
    fourth = capture.text();
  }
  EXPECT_EQ(first, "pending");
  EXPECT_EQ(second, "");
  EXPECT_EQ(third, "");
  EXPECT_EQ(fourth, "last");
}

TEST(output_capture, keeps_large_outputs_and_forgets_them) {
  const std::string large(100'000, 'x');
  std::string first, second;
  {
    output_capture capture;
    capture.begin_execution();
    std::fputs(large.c_str(), stdout);
    first = capture.text();
    capture.begin_execution();
    std::fputs("small", stdout);
    second = capture.text();
  }
  EXPECT_EQ(first, large);
  EXPECT_EQ(second, "small");
}

TEST(output_capture, keeps_the_order_of_lines_if_asked) {
  std::string text;
  {
    output_capture capture;
    capture.begin_execution(true);
    std::printf("1\n");
    std::fprintf(stderr, "2\n");
    std::cout << "3\n";
    std::cerr << "4\n";
    text = capture.text();
  }
  EXPECT_EQ(text, "1\n2\n3\n4\n");
}

TEST(output_capture, puts_everything_back_and_leaves_a_way_out) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  {
    output_capture capture;
    capture.begin_execution();
    std::printf("hidden");
    std::fputs("message\n", capture.original_stderr());
  }
  std::printf("visible\n");
  std::fflush(stdout);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "visible\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "message\n");
}

void die_in_capture(void (*die)()) {
  output_capture capture;
  capture.begin_execution();
  std::fputs("famous last words\n", stderr);
  die();
}

TEST(output_capture_death, what_was_printed_survives_the_end_of_the_process) {
  EXPECT_DEATH(die_in_capture([] { std::abort(); }), "famous last words");
  EXPECT_EXIT(die_in_capture([] { std::exit(7); }), testing::ExitedWithCode(7),
              "^famous last words\n$")
      << "and nothing else";
}

// An abandoned thread has left stdout locked; here it is a real thread that has ended.
void* lock_stdout(void*) {
  flockfile(stdout);
  return nullptr;
}

TEST(output_capture, a_lock_that_nobody_will_release_is_broken) {
  std::string text;
  {
    output_capture capture;
    capture.begin_execution();
    pthread_t thread;
    ASSERT_EQ(pthread_create(&thread, nullptr, &lock_stdout, nullptr), 0);
    pthread_join(thread, nullptr);
    capture.begin_execution();
    std::printf("free again");
    text = capture.text();
  }
  EXPECT_EQ(text, "free again");
}

}  // namespace
}  // namespace heddle::runtime
