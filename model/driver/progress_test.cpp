#include "model/driver/progress.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace heddle::driver {
namespace {

progress at(double seconds, std::uint64_t executions = 1'200'000) {
  progress now;
  now.seconds = seconds;
  now.executions = executions;
  return now;
}

TEST(progress, says_how_many_and_how_fast) {
  EXPECT_EQ(progress_text("cell", at(3), 0, 100), "cell: 1,200,000 executions, 400,000 per second");
  EXPECT_EQ(progress_text("cell", at(0, 0), 0, 100), "cell: 0 executions");
}

TEST(progress, says_what_is_left_where_that_is_known) {
  progress now = at(3);
  now.blocked = 4;
  EXPECT_EQ(progress_text("cell", now, 10, 200),
            "cell: 1,200,000 executions, 4 blocked, 400,000 per second, 7 s of --time left");
  now.estimated_executions = 12e6;
  EXPECT_EQ(progress_text("cell", now, 0, 200),
            "cell: 1,200,000 executions, 4 blocked, 400,000 per second, about 10 % of 12,000,000");
  EXPECT_NE(progress_text("cell", now, 3600, 200).find("60 min of --time left"), std::string::npos);
}

TEST(progress, is_never_longer_than_the_terminal_is_wide) {
  EXPECT_EQ(progress_text("cell", at(3), 10, 12), "cell: 1,200,");
}

TEST(progress, absurd_estimates_stay_printable) {
  progress now = at(3);
  for (const double estimate : {1e300, 1.0, -5.0}) {
    now.estimated_executions = estimate;
    EXPECT_LT(progress_text("cell", now, 0, 500).size(), 120u) << estimate;
  }
}

std::string drawn(const std::vector<double>& times) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  {
    progress_line line(out, "cell", 0, 80);
    for (const double time : times) line.show(at(time));
  }
  std::fclose(out);
  std::string result(text, size);
  std::free(text);
  return result;
}

TEST(progress_line, leaves_nothing_behind) {
  const std::string text = drawn({1.0});
  EXPECT_TRUE(text.ends_with("\r\x1b[K")) << text;
  EXPECT_NE(text.find("cell: "), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 0);
}

TEST(progress_line, a_short_check_shows_none) { EXPECT_EQ(drawn({0.01, 0.2}), ""); }

TEST(progress_line, is_drawn_at_most_ten_times_a_second) {
  const std::string text = drawn({1.0, 1.01, 1.05, 1.15, 1.2});
  EXPECT_EQ(std::count(text.begin(), text.end(), ':'), 2);
}

TEST(progress_line, without_a_terminal_nothing_happens) {
  progress_line line(nullptr, "cell", 0, 80);
  line.show(at(5));
  line.clear();
}

}  // namespace
}  // namespace heddle::driver
