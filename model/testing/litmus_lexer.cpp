#include "model/testing/litmus_lexer.hpp"

#include <array>
#include <cctype>

#include "model/testing/litmus.hpp"

namespace heddle::testing {
namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }

std::string_view symbol_at(std::string_view text) {
  static constexpr std::array<std::string_view, 36> symbols = {
      "<<=", ">>=", "//=", "==", "!=", "<=", ">=", "<<", ">>", "//", "+=", "-=",
      "*=",  "%=",  "&=",  "|=", "^=", "(",  ")",  "[",  "]",  ",",  ":",  ".",
      ";",   "=",   "<",   ">",  "+",  "-",  "*",  "%",  "&",  "|",  "^",  "~"};
  for (std::string_view symbol : symbols) {
    if (text.substr(0, symbol.size()) == symbol) return symbol;
  }
  return {};
}

}  // namespace

void reject(unsigned line, const std::string& what) {
  throw litmus_error("litmus test, line " + std::to_string(line) + ": " + what);
}

std::vector<source_line> split_lines(std::string_view text) {
  std::vector<source_line> lines;
  unsigned number = 0;
  while (!text.empty()) {
    const std::size_t stop = text.find('\n');
    std::string_view line = text.substr(0, stop);
    text.remove_prefix(stop == std::string_view::npos ? text.size() : stop + 1);
    ++number;
    line = line.substr(0, line.find('#'));
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) {
      line.remove_suffix(1);
    }
    std::size_t indentation = 0;
    while (indentation < line.size() && line[indentation] == ' ') ++indentation;
    if (indentation == line.size()) continue;
    if (line[indentation] == '\t') reject(number, "indent with blanks, not with tabs");
    lines.push_back(
        {number, static_cast<unsigned>(indentation), std::string(line.substr(indentation))});
  }
  return lines;
}

std::vector<token> split_tokens(const source_line& line) {
  std::vector<token> tokens;
  std::string_view rest = line.text;
  while (!rest.empty()) {
    if (rest.front() == ' ') {
      rest.remove_prefix(1);
      continue;
    }
    std::size_t length = 0;
    if (starts_name(rest.front())) {
      while (length < rest.size() && (starts_name(rest[length]) || is_digit(rest[length]))) {
        ++length;
      }
      tokens.push_back({token_kind::name, std::string(rest.substr(0, length)), 0});
    } else if (is_digit(rest.front())) {
      std::string digits(rest);
      std::size_t used = 0;
      const std::int64_t number = std::stoll(digits, &used, 0);
      length = used;
      tokens.push_back({token_kind::number, digits.substr(0, used), number});
    } else {
      const std::string_view symbol = symbol_at(rest);
      if (symbol.empty()) reject(line.number, "unexpected '" + std::string(1, rest.front()) + "'");
      length = symbol.size();
      tokens.push_back({token_kind::symbol, std::string(symbol), 0});
    }
    rest.remove_prefix(length);
  }
  tokens.push_back({});
  return tokens;
}

}  // namespace heddle::testing
