// The words of a litmus test: lines with their indentation, and the tokens of a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::testing {

enum class token_kind : std::uint8_t { name, number, symbol, end };

struct token {
  token_kind kind = token_kind::end;
  std::string text;
  std::int64_t number = 0;
};

struct source_line {
  unsigned number = 0;       // from 1
  unsigned indentation = 0;  // columns
  std::string text;          // without indentation, comment and trailing blanks; never empty
};

/// The lines of `text` that are not blank.
std::vector<source_line> split_lines(std::string_view text);

/// The tokens of a line, ended by one token of kind `end`. Throws litmus_error.
std::vector<token> split_tokens(const source_line& line);

[[noreturn]] void reject(unsigned line, const std::string& what);

}  // namespace heddle::testing
