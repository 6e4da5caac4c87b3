#include "model/driver/shell_words.hpp"

#include <gtest/gtest.h>

namespace heddle::driver {
namespace {

using words = std::vector<std::string>;

TEST(shell_words, blanks_separate_and_never_make_words) {
  EXPECT_EQ(split_words(""), words{});
  EXPECT_EQ(split_words(" \t\n "), words{});
  EXPECT_EQ(split_words(" a  bc\td\n"), (words{"a", "bc", "d"}));
}

TEST(shell_words, quotes_keep_blanks_and_join_with_what_touches_them) {
  EXPECT_EQ(split_words("'a b' c"), (words{"a b", "c"}));
  EXPECT_EQ(split_words("x'a b'\"c d\"y"), (words{"xa bc dy"}));
  EXPECT_EQ(split_words("'' \"\""), (words{"", ""}));
}

TEST(shell_words, backslashes_mean_what_they_mean_to_a_shell) {
  EXPECT_EQ(split_words("a\\ b"), (words{"a b"}));
  EXPECT_EQ(split_words("'a\\b'"), (words{"a\\b"}));
  EXPECT_EQ(split_words("\"a\\\"b\\n\""), (words{"a\"b\\n"}));
}

TEST(shell_words, what_is_left_open_is_refused) {
  EXPECT_EQ(split_words("'a"), std::nullopt);
  EXPECT_EQ(split_words("a \"b"), std::nullopt);
  EXPECT_EQ(split_words("a\\"), std::nullopt);
}

TEST(shell_words, quoting_is_undone_by_splitting) {
  for (const char* word : {"plain", "", "a b", "it's", "\"", "\\", "$HOME", "*", "--x=y", "a\nb"}) {
    EXPECT_EQ(split_words(shell_quoted(word)), (words{word})) << word;
  }
  EXPECT_EQ(shell_quoted("--filter=a"), "--filter=a");
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
}

}  // namespace
}  // namespace heddle::driver
