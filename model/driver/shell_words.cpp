#include "model/driver/shell_words.hpp"

namespace heddle::driver {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class splitter {
 public:
  explicit splitter(std::string_view line) : line_(line) {}

  std::optional<std::vector<std::string>> run() {
    while (position_ < line_.size()) {
      const char c = line_[position_++];
      if (is_blank(c)) {
        end_word();
      } else if (!take(c)) {
        return std::nullopt;
      }
    }
    end_word();
    return std::move(words_);
  }

 private:
  bool take(char c) {
    in_word_ = true;
    if (c == '\'') return take_single_quoted();
    if (c == '"') return take_double_quoted();
    if (c != '\\') {
      word_ += c;
      return true;
    }
    if (position_ == line_.size()) return false;
    word_ += line_[position_++];
    return true;
  }

  bool take_single_quoted() {
    const std::size_t end = line_.find('\'', position_);
    if (end == std::string_view::npos) return false;
    word_ += line_.substr(position_, end - position_);
    position_ = end + 1;
    return true;
  }

  bool take_double_quoted() {
    constexpr std::string_view special = "\"\\$`";
    while (position_ < line_.size()) {
      const char c = line_[position_++];
      if (c == '"') return true;
      const bool escaped = c == '\\' && position_ < line_.size() &&
                           special.find(line_[position_]) != std::string_view::npos;
      word_ += escaped ? line_[position_++] : c;
    }
    return false;
  }

  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  std::string_view line_;
  std::size_t position_ = 0;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false;  // "" is a word too
};

constexpr bool needs_no_quotes(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-+=./:,@%^").find(c) != std::string_view::npos;
}

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view line) {
  return splitter(line).run();
}

std::string shell_quoted(std::string_view word) {
  bool plain = !word.empty();
  for (const char c : word) plain = plain && needs_no_quotes(c);
  if (plain) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + '\'';
}

}  // namespace heddle::driver
