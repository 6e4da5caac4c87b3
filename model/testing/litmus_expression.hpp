// Expressions of the litmus language: a recursive-descent parser over the tokens of one line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/testing/litmus.hpp"
#include "model/testing/litmus_lexer.hpp"

namespace heddle::testing {

/// Reads tokens from left to right. `in_exists`: names may be dotted ("P0.r0") or indexed ("a[0]").
class expression_parser {
 public:
  expression_parser(std::vector<token> tokens, unsigned line, bool in_exists = false)
      : tokens_(std::move(tokens)), line_(line), in_exists_(in_exists) {}

  expression parse_expression();

  const token& peek() const { return tokens_[next_]; }
  bool at_end() const { return peek().kind == token_kind::end; }
  bool at_word(std::string_view text) const;
  bool take(std::string_view text);  // a name or a symbol
  void expect(std::string_view text);
  std::string expect_name();
  void rewind(std::size_t position) { next_ = position; }
  std::size_t position() const { return next_; }
  unsigned line() const { return line_; }
  [[noreturn]] void fail(const std::string& what) const { reject(line_, what); }

 private:
  expression parse_or();
  expression parse_and();
  expression parse_not();
  expression parse_comparison();
  expression parse_binary(unsigned level);
  expression parse_unary();
  expression parse_primary();
  expression parse_call(const std::string& function);
  expression parse_access(expression location);
  expression parse_exists_name(std::string name);
  memory_order parse_order();
  std::vector<expression> parse_arguments();

  std::vector<token> tokens_;
  std::size_t next_ = 0;
  unsigned line_;
  bool in_exists_;
};

}  // namespace heddle::testing
