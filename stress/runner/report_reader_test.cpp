// The words of the sanitizers in the words of heddle. Each report is cut to the lines that count.
#include <gtest/gtest.h>

#include "stress/runner/options.hpp"
#include "stress/runner/supervisor.hpp"

namespace heddle::stress {
namespace {

TEST(read_report, data_race) {
  const finding found = read_report(
      "==================\nWARNING: ThreadSanitizer: data race (pid=12)\n  Write of size 4 …\n"
      "SUMMARY: ThreadSanitizer: data race a.cpp:26 in operator()\n==================\n");
  EXPECT_EQ(found.verdict, "race");
  EXPECT_EQ(found.kind, "data_race");
  EXPECT_EQ(found.message, "data race a.cpp:26 in operator()");
}

TEST(read_report, without_a_summary_the_headline_counts) {
  const finding found =
      read_report("WARNING: ThreadSanitizer: unlock of an unlocked mutex (pid=12)\n");
  EXPECT_EQ(found.verdict, "misuse");
  EXPECT_EQ(found.message, "unlock of an unlocked mutex");
}

TEST(read_report, crash_under_thread_sanitizer) {
  const finding found = read_report(
      "ThreadSanitizer:DEADLYSIGNAL\n==9==ERROR: ThreadSanitizer: SEGV on unknown address\n");
  EXPECT_EQ(found.verdict, "crash");
  EXPECT_EQ(found.kind, "memory");
}

TEST(read_report, address_sanitizer_and_leaks) {
  const finding freed =
      read_report("==9==ERROR: AddressSanitizer: heap-use-after-free on address\n");
  EXPECT_EQ(freed.verdict, "memory");
  const finding leaked = read_report("==9==ERROR: LeakSanitizer: detected memory leaks\n");
  EXPECT_EQ(leaked.verdict, "memory");
  EXPECT_EQ(leaked.message, "detected memory leaks");
}

TEST(read_report, undefined_behaviour) {
  const finding found = read_report("a.cpp:3:5: runtime error: signed integer overflow: 1 + 2\n");
  EXPECT_EQ(found.verdict, "crash");
  EXPECT_EQ(found.kind, "undefined_behaviour");
  EXPECT_EQ(found.message, "signed integer overflow: 1 + 2");
}

TEST(read_report, the_runtime_itself_gives_up) {
  EXPECT_EQ(read_report("FATAL: ThreadSanitizer: unexpected memory mapping\n").verdict, "error");
}

TEST(read_report, what_a_program_says_is_no_report) {
  EXPECT_EQ(read_report("all is well\n").verdict, "");
  EXPECT_EQ(read_report("").verdict, "");
}

stress_options parsed(std::vector<const char*> words) {
  words.insert(words.begin(), "program");
  return parse(static_cast<int>(words.size()), const_cast<char**>(words.data()));
}

TEST(options, of_the_command_line) {
  const stress_options wanted =
      parsed({"--filter", "a*", "--time", "2.5", "--seed", "7", "--repeat"});
  EXPECT_EQ(wanted.complaint, "");
  EXPECT_EQ(wanted.filter, "a*");
  EXPECT_EQ(wanted.allowed.seconds, 2.5);
  EXPECT_EQ(wanted.allowed.seed, 7U);
  EXPECT_TRUE(wanted.allowed.repeat);
}

TEST(options, mistakes_are_named) {
  EXPECT_NE(parsed({"--time", "soon"}).complaint, "");
  EXPECT_NE(parsed({"--time", "0"}).complaint, "");
  EXPECT_NE(parsed({"--seed"}).complaint, "");
  EXPECT_NE(parsed({"--sed", "1"}).complaint, "");
}

TEST(options, globs) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("a*c", "abc"));
  EXPECT_TRUE(matches("a*c", "abcc"));
  EXPECT_FALSE(matches("a*c", "abcd"));
  EXPECT_FALSE(matches("abc", "ab"));
}

}  // namespace
}  // namespace heddle::stress
