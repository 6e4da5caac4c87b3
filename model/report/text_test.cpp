#include "model/report/text.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "model/report/console.hpp"
#include "model/report/sample_results.hpp"
#include "model/report/words.hpp"

namespace heddle::report {
namespace {

std::vector<std::string> flowed(const std::vector<piece>& pieces, std::size_t width,
                                std::size_t indent) {
  std::vector<std::string> result;
  for (const text_line& line : flow(pieces, width, indent)) result.push_back(paint(line, false));
  return result;
}

TEST(text, counts_cells_not_bytes) {
  EXPECT_EQ(display_width("← T1"), 4u);
  EXPECT_EQ(display_width("漢字"), 4u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("\xff\xfe"), 2u);
  EXPECT_EQ(display_width(std::string_view("\xe2\x86", 2)), 2u) << "a cut character";
}

TEST(text, keeps_the_end_of_a_path) {
  EXPECT_EQ(keep_end("src/cell.cpp:12", 15), "src/cell.cpp:12");
  EXPECT_EQ(keep_end("src/counters/cell.cpp:12", 16), "…/cell.cpp:12");
  EXPECT_EQ(keep_end("sharded_counter.hpp:12", 10), "…er.hpp:12");
  EXPECT_EQ(keep_end("abc", 0), "");
  EXPECT_EQ(keep_beginning("abcdef", 4), "abc…");
}

TEST(text, flows_at_words_and_indents) {
  EXPECT_EQ(flowed({{"one two three", tone::plain}}, 8, 2),
            (std::vector<std::string>{"one two", "  three"}));
  EXPECT_EQ(flowed({{"one", tone::plain}, {" two", tone::bad}}, 80, 2),
            (std::vector<std::string>{"one two"}));
  EXPECT_EQ(flowed({{"abcdefghij", tone::plain}}, 4, 1),
            (std::vector<std::string>{"abcd", " efg", " hij"}));
  EXPECT_EQ(flowed({{"lazy_type_object.cpp:60", tone::plain}}, 22, 2),
            (std::vector<std::string>{"lazy_type_object.cpp:", "  60"}))
      << "a number is not broken";
  EXPECT_EQ(flowed({{"漢字", tone::plain}}, 1, 0).size(), 2u);
  EXPECT_EQ(flowed({{"a b c ", tone::plain}, {"d e", tone::bad, true}}, 8, 2),
            (std::vector<std::string>{"a b c", "  d e"}))
      << "what belongs together";
  EXPECT_TRUE(flowed({}, 10, 2).empty());
}

TEST(text, paints_only_if_asked) {
  const text_line line{{"bad", tone::bad}, {" rest", tone::plain}};
  EXPECT_EQ(paint(line, false, 10), "bad rest  ");
  EXPECT_EQ(paint(line, true, 10), "\x1b[1;31mbad\x1b[0m rest  ");
}

TEST(text, lets_no_control_character_through) {
  EXPECT_EQ(printable("a\x1b[0m\n\tb"), "a\\x1b[0m\\x0a    b");
  EXPECT_EQ(printable("a\nb", true), "a\nb");
}

TEST(words, numbers_and_headlines) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  failure what;
  what.kind = failure_kind::deadlock;
  what.message = "main waits for itself";
  EXPECT_EQ(headline(what), "Deadlock: main waits for itself");
  what.message = "deadlock of main and T1";
  EXPECT_EQ(headline(what), "Deadlock of main and T1");
  what.message.clear();
  EXPECT_EQ(headline(what), "Deadlock.");
}

TEST(words, bounded_is_never_shown_as_a_pass) {
  const std::string text = render_console(samples::bounded(), {});
  EXPECT_EQ(text.find("verified"), std::string::npos);
  EXPECT_NE(text.find("not all were seen"), std::string::npos);
  EXPECT_EQ(render_console(samples::verified(), {}).find("not all"), std::string::npos);
}

/// Whatever the width, lines fit, but for what is there to be copied.
TEST(console, keeps_to_the_width) {
  for (std::size_t width : {40, 60, 80, 100, 140, 200})
    for (check_result result : samples::all()) {
      result.name = "short";
      result.seconds = 0;
      if (result.failure) result.failure->replay.clear();
      if (result.failure) result.failure->output.clear();
      console_style style;
      static_cast<setting&>(style) = samples::around();
      style.width = width;
      std::istringstream lines(render_console(result, style));
      std::getline(lines, result.name);  // the verdict line is one line for grep
      for (std::string line; std::getline(lines, line);)
        EXPECT_LE(display_width(line), width) << line;
    }
}

TEST(console, folds_only_what_repeats) {
  console_style style;
  static_cast<setting&>(style) = samples::around();
  check_result result = samples::message_passing();
  EXPECT_NE(render_console(result, style).find("× 3"), std::string::npos);
  result.failure->trace[4].leaves = "T1 is to go on";
  EXPECT_EQ(render_console(result, style).find("× 3"), std::string::npos);
  EXPECT_NE(render_console(result, style).find("× 2"), std::string::npos);
  result.failure->trace[4].leaves.clear();
  result.failure->trace[4].stack = {1019};
  EXPECT_EQ(render_console(result, style).find("× "), std::string::npos);
}

}  // namespace
}  // namespace heddle::report
