// Tokens: what is written can be read again; nothing else can, and nothing is too wild to refuse.
#include <gtest/gtest.h>

#include <random>

#include "model/explore/decisions.hpp"

namespace heddle {
namespace {

constexpr const char* name = "queue: two producers";

decisions random_decisions(std::mt19937& random) {
  decisions result;
  result.model = static_cast<memory_model>(random() % 3);
  for (unsigned n = random() % 12; n > 0; --n) {
    result.schedule.push_back(
        {static_cast<thread_id>(random() % 5), 1 + static_cast<std::uint32_t>(random() % 300)});
  }
  std::uint32_t operation = 0;
  for (unsigned n = random() % 9; n > 0; --n) {
    operation += static_cast<std::uint32_t>(random() % 400);
    result.deviations.push_back({operation, 1 + static_cast<std::uint32_t>(random() % 3)});
  }
  return result;
}

bool is_refused(std::string_view token, std::string_view check = name) {
  const auto parsed = parse_token(token, check);
  if (std::holds_alternative<decisions>(parsed)) return false;
  EXPECT_FALSE(std::get<std::string>(parsed).empty());
  return true;
}

TEST(token, says_what_was_decided) {
  std::mt19937 random(1);
  for (unsigned i = 0; i < 2000; ++i) {
    const decisions execution = random_decisions(random);
    const std::string token = token_of(execution, name);
    EXPECT_EQ(token.substr(0, 3), "h1-");
    EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789-_"),
              std::string::npos);
    const auto parsed = parse_token(token, name);
    ASSERT_TRUE(std::holds_alternative<decisions>(parsed)) << std::get<std::string>(parsed);
    EXPECT_EQ(std::get<decisions>(parsed), execution);
  }
}

TEST(token, an_empty_execution_has_one_too) {
  const auto parsed = parse_token(token_of({}, ""), "");
  ASSERT_TRUE(std::holds_alternative<decisions>(parsed));
  EXPECT_EQ(std::get<decisions>(parsed), decisions{});
}

TEST(token, knows_its_check) {
  std::mt19937 random(2);
  for (unsigned i = 0; i < 200; ++i) {
    const std::string token = token_of(random_decisions(random), name);
    const auto parsed = parse_token(token, "another check");
    ASSERT_TRUE(std::holds_alternative<std::string>(parsed));
    EXPECT_EQ(std::get<std::string>(parsed),
              "the replay token belongs to another check than another check");
  }
}

TEST(token, is_refused_without_its_end_or_its_beginning) {
  std::mt19937 random(3);
  for (unsigned i = 0; i < 100; ++i) {
    const std::string token = token_of(random_decisions(random), name);
    for (std::size_t length = 0; length < token.size(); ++length) {
      EXPECT_TRUE(is_refused(token.substr(0, length))) << token << " to " << length;
    }
    for (std::size_t from = 1; from < token.size(); ++from)
      EXPECT_TRUE(is_refused(token.substr(from)));
    EXPECT_TRUE(is_refused(token + "A"));
    EXPECT_TRUE(is_refused(token + token));
    EXPECT_TRUE(is_refused(" " + token));
    EXPECT_TRUE(is_refused(token + "\n"));
  }
}

TEST(token, is_refused_with_another_character_anywhere) {
  std::mt19937 random(4);
  const std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ =+/";
  for (unsigned i = 0; i < 30; ++i) {
    const std::string token = token_of(random_decisions(random), name);
    for (std::size_t at = 0; at < token.size(); ++at) {
      std::string changed = token;
      do {
        changed[at] = alphabet[random() % alphabet.size()];
      } while (changed[at] == token[at]);
      EXPECT_TRUE(is_refused(changed)) << token << " as " << changed;
    }
  }
}

TEST(token, anything_at_all_is_refused_with_a_sentence) {
  std::mt19937 random(5);
  const std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (unsigned i = 0; i < 100'000; ++i) {
    std::string text = i % 4 == 0 ? "" : "h1-";
    for (std::size_t n = random() % 40; n > 0; --n) {
      text += i % 2 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
    }
    ASSERT_TRUE(is_refused(text)) << i;
  }
}

}  // namespace
}  // namespace heddle
