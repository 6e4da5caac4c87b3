#include "model/testing/litmus.hpp"

#include <utility>

#include "model/testing/litmus_expression.hpp"
#include "model/testing/litmus_lexer.hpp"

namespace heddle::testing {
namespace {

/// Blocks of statements, by indentation.
class statement_parser {
 public:
  explicit statement_parser(const std::vector<source_line>& lines) : lines_(lines) {}

  /// The statements that start at line `next` and are indented by more than `outer`.
  std::vector<statement> parse_block(std::size_t& next, unsigned outer) {
    std::vector<statement> statements;
    if (next == lines_.size() || lines_[next].indentation <= outer) return statements;
    const unsigned indentation = lines_[next].indentation;
    while (next < lines_.size() && lines_[next].indentation > outer) {
      if (lines_[next].indentation != indentation) {
        reject(lines_[next].number, "unexpected indentation");
      }
      parse_line(next, statements);
    }
    return statements;
  }

  /// Simple statements separated by semicolons, to the end of the line.
  static void parse_simple_list(expression_parser& parser, std::vector<statement>& out) {
    do {
      if (parser.at_end()) break;
      out.push_back(parse_simple(parser));
    } while (parser.take(";"));
    if (!parser.at_end()) parser.fail("unexpected '" + parser.peek().text + "'");
  }

 private:
  void parse_line(std::size_t& next, std::vector<statement>& out) {
    const source_line& line = lines_[next];
    expression_parser parser(split_tokens(line), line.number);
    ++next;
    if (parser.take("if")) {
      out.push_back(parse_branch(parser, next, line.indentation));
    } else if (parser.take("while")) {
      statement loop;
      loop.kind = statement_kind::while_loop;
      loop.expressions.push_back(parser.parse_expression());
      loop.body = parse_suite(parser, next, line.indentation);
      out.push_back(std::move(loop));
    } else if (parser.take("for")) {
      out.push_back(parse_for(parser, next, line.indentation));
    } else {
      parse_simple_list(parser, out);
    }
  }

  /// What follows the ':' of a compound statement: the rest of the line or an indented block.
  std::vector<statement> parse_suite(expression_parser& parser, std::size_t& next,
                                     unsigned indentation) {
    parser.expect(":");
    std::vector<statement> body;
    if (!parser.at_end()) {
      parse_simple_list(parser, body);
    } else {
      body = parse_block(next, indentation);
    }
    if (body.empty()) parser.fail("expected an indented block");
    return body;
  }

  statement parse_branch(expression_parser& parser, std::size_t& next, unsigned indentation) {
    statement branch;
    branch.kind = statement_kind::branch;
    branch.expressions.push_back(parser.parse_expression());
    branch.body = parse_suite(parser, next, indentation);
    if (next == lines_.size() || lines_[next].indentation != indentation) return branch;
    expression_parser following(split_tokens(lines_[next]), lines_[next].number);
    if (following.take("elif")) {
      ++next;
      branch.otherwise.push_back(parse_branch(following, next, indentation));
    } else if (following.take("else")) {
      ++next;
      branch.otherwise = parse_suite(following, next, indentation);
    }
    return branch;
  }

  statement parse_for(expression_parser& parser, std::size_t& next, unsigned indentation) {
    statement loop;
    loop.kind = statement_kind::for_range;
    loop.targets.push_back(parser.expect_name());
    parser.expect("in");
    parser.expect("range");
    parser.expect("(");
    do {
      loop.expressions.push_back(parser.parse_expression());
    } while (parser.take(","));
    parser.expect(")");
    if (loop.expressions.size() > 3) parser.fail("range takes one to three arguments");
    loop.body = parse_suite(parser, next, indentation);
    return loop;
  }

  static statement parse_simple(expression_parser& parser) {
    statement result;
    if (parser.take("pass")) return result;
    if (parser.take("break")) {
      result.kind = statement_kind::leave_loop;
    } else if (parser.take("return")) {
      result.kind = statement_kind::leave_thread;
      if (!parser.at_end() && !parser.at_word(";")) {
        result.targets.push_back("ret");
        result.expressions.push_back(parser.parse_expression());
      }
    } else if (parser.take("assert")) {
      result.kind = statement_kind::assertion;
      result.expressions.push_back(parser.parse_expression());
    } else {
      parse_assignment(parser, result);
    }
    return result;
  }

  static void parse_assignment(expression_parser& parser, statement& result) {
    result.kind = statement_kind::evaluate;
    while (parser.peek().kind == token_kind::name) {
      const std::size_t start = parser.position();
      const std::string name = parser.expect_name();
      if (parser.take("=")) {
        result.kind = statement_kind::assign;
        result.targets.push_back(name);
        continue;
      }
      const std::string op = parser.peek().text;
      if (result.targets.empty() && op.size() > 1 && op.back() == '=' && op != "==" && op != "!=" &&
          op != "<=" && op != ">=") {
        parser.expect(op);
        result.kind = statement_kind::augment;
        result.targets.push_back(name);
        result.op = op.substr(0, op.size() - 1);
        break;
      }
      parser.rewind(start);
      break;
    }
    result.expressions.push_back(parser.parse_expression());
  }

  const std::vector<source_line>& lines_;
};

std::int64_t parse_number(std::string_view text, unsigned line) {
  try {
    std::size_t used = 0;
    const std::int64_t number = std::stoll(std::string(text), &used, 0);
    if (used == text.size()) return number;
  } catch (const std::logic_error&) {
  }
  reject(line, "expected a number, not '" + std::string(text) + "'");
}

/// "x=0, y=1 a[2]=3"
void parse_initial(std::string_view text, unsigned line, litmus_test& test) {
  while (!text.empty()) {
    const std::size_t stop = text.find_first_of(", ");
    const std::string_view item = text.substr(0, stop);
    text.remove_prefix(stop == std::string_view::npos ? text.size() : stop + 1);
    if (item.empty()) continue;
    const std::size_t equals = item.find('=');
    if (equals == 0 || equals == std::string_view::npos) reject(line, "expected location=number");
    test.initial[std::string(item.substr(0, equals))] = parse_number(item.substr(equals + 1), line);
  }
}

/// One "key: rest" line at column 0, and the indented lines below it.
void parse_section(const std::vector<source_line>& lines, std::size_t& next, litmus_test& test) {
  const source_line& line = lines[next];
  const std::size_t colon = line.text.find(':');
  if (colon == std::string::npos || colon == 0) reject(line.number, "expected 'key: …'");
  const std::string key = line.text.substr(0, colon);
  const std::size_t start = line.text.find_first_not_of(' ', colon + 1);
  const std::string rest = start == std::string::npos ? "" : line.text.substr(start);
  ++next;
  if (key == "name") {
    test.name = rest;
  } else if (key == "init") {
    parse_initial(rest, line.number, test);
  } else if (key == "unroll") {
    test.unroll = static_cast<unsigned>(parse_number(rest, line.number));
  } else if (key == "exists") {
    const source_line predicate{line.number, 0, rest};
    expression_parser parser(split_tokens(predicate), line.number, true);
    test.exists = parser.parse_expression();
    if (!parser.at_end()) parser.fail("unexpected '" + parser.peek().text + "'");
  } else if (key != "expect") {
    litmus_thread thread{key, {}};
    if (!rest.empty()) {
      const source_line first{line.number, 0, rest};
      expression_parser parser(split_tokens(first), line.number);
      statement_parser::parse_simple_list(parser, thread.body);
    }
    for (statement& s : statement_parser(lines).parse_block(next, 0)) {
      thread.body.push_back(std::move(s));
    }
    if (key == "final") {
      test.final_thread = std::move(thread);
    } else {
      test.threads.push_back(std::move(thread));
    }
  }
}

}  // namespace

litmus_test parse_litmus(std::string_view text) {
  litmus_test test;
  test.text = std::string(text);
  const std::vector<source_line> lines = split_lines(text);
  for (std::size_t next = 0; next < lines.size();) {
    if (lines[next].indentation != 0) {
      reject(lines[next].number, "indented line outside a thread");
    }
    parse_section(lines, next, test);
  }
  if (test.threads.empty()) throw litmus_error("litmus test " + test.name + ": no threads");
  return test;
}

}  // namespace heddle::testing
