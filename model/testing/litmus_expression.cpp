#include "model/testing/litmus_expression.hpp"

#include <array>
#include <optional>
#include <utility>

namespace heddle::testing {
namespace {

expression make(expression_kind kind, std::string op, std::vector<expression> children) {
  expression result;
  result.kind = kind;
  result.op = std::move(op);
  result.children = std::move(children);
  return result;
}

/// Binary operators, loosest first, below comparisons.
constexpr std::array<std::array<std::string_view, 3>, 6> levels = {
    {{"|"}, {"^"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "//", "%"}}};

std::optional<modification> modification_called(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, modification>, 8> table = {
      {{"xchg", modification::exchange},
       {"faa", modification::add},
       {"fas", modification::subtract},
       {"fand", modification::bit_and},
       {"for_", modification::bit_or},
       {"fxor", modification::bit_xor},
       {"fmax", modification::maximum},
       {"fmin", modification::minimum}}};
  for (const auto& [word, modify] : table) {
    if (word == name) return modify;
  }
  return std::nullopt;
}

std::optional<wait_condition> wait_called(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, wait_condition>, 6> table = {
      {{"await_eq", wait_condition::equal},
       {"await_ne", wait_condition::not_equal},
       {"await_ge", wait_condition::greater_equal},
       {"await_gt", wait_condition::greater},
       {"await_le", wait_condition::less_equal},
       {"await_lt", wait_condition::less}}};
  for (const auto& [word, wait] : table) {
    if (word == name) return wait;
  }
  return std::nullopt;
}

/// What an operation's name and its number of value operands mean; nothing if there is no such one.
std::optional<std::pair<access_syntax, unsigned>> access_called(std::string_view name) {
  access_syntax access;
  if (name == "load") return {{access, 0}};
  access.plain = name == "get" || name == "set";
  if (access.plain) access.order = access.failure_order = memory_order::relaxed;
  if (name == "get") return {{access, 0}};
  access.kind = access_kind::store;
  if (name == "store" || name == "set") return {{access, 1}};
  if (name == "unlock") {
    access.kind = access_kind::unlock;
    access.order = memory_order::release;
    return {{access, 0}};
  }
  if (name == "lock" || name == "trylock") {
    access.kind = name == "lock" ? access_kind::lock : access_kind::try_lock;
    access.order = memory_order::acquire;
    access.failure_order = name == "lock" ? memory_order::acquire : memory_order::relaxed;
    return {{access, 0}};
  }
  if (name == "cas" || name == "casb") {
    access.kind =
        name == "cas" ? access_kind::compare_exchange : access_kind::compare_exchange_flag;
    return {{access, 2}};
  }
  if (const auto modify = modification_called(name)) {
    access.kind = access_kind::modify;
    access.modify = *modify;
    return {{access, 1}};
  }
  if (const auto wait = wait_called(name)) {
    access.kind = access_kind::load;
    access.wait = *wait;
    return {{access, 1}};
  }
  return std::nullopt;
}

}  // namespace

bool expression_parser::at_word(std::string_view text) const {
  return (peek().kind == token_kind::name || peek().kind == token_kind::symbol) &&
         peek().text == text;
}

bool expression_parser::take(std::string_view text) {
  if (!at_word(text)) return false;
  ++next_;
  return true;
}

void expression_parser::expect(std::string_view text) {
  if (!take(text)) fail("expected '" + std::string(text) + "' before '" + peek().text + "'");
}

std::string expression_parser::expect_name() {
  if (peek().kind != token_kind::name) fail("expected a name before '" + peek().text + "'");
  return tokens_[next_++].text;
}

expression expression_parser::parse_expression() {
  expression value = parse_or();
  if (!take("if")) return value;
  expression condition = parse_or();
  expect("else");
  expression otherwise = parse_expression();
  return make(expression_kind::conditional, "if",
              {std::move(value), std::move(condition), std::move(otherwise)});
}

expression expression_parser::parse_or() {
  expression left = parse_and();
  while (take("or")) left = make(expression_kind::logical_or, "or", {std::move(left), parse_and()});
  return left;
}

expression expression_parser::parse_and() {
  expression left = parse_not();
  while (take("and")) {
    left = make(expression_kind::logical_and, "and", {std::move(left), parse_not()});
  }
  return left;
}

expression expression_parser::parse_not() {
  if (take("not")) return make(expression_kind::unary, "not", {parse_not()});
  return parse_comparison();
}

expression expression_parser::parse_comparison() {
  expression left = parse_binary(0);
  for (std::string_view op : {"==", "!=", "<=", ">=", "<", ">"}) {
    if (!take(op)) continue;
    expression result =
        make(expression_kind::comparison, std::string(op), {std::move(left), parse_binary(0)});
    for (std::string_view next : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (at_word(next)) fail("chained comparisons are not supported");
    }
    return result;
  }
  return left;
}

expression expression_parser::parse_binary(unsigned level) {
  if (level == levels.size()) return parse_unary();
  expression left = parse_binary(level + 1);
  for (bool found = true; found;) {
    found = false;
    for (std::string_view op : levels[level]) {
      if (op.empty() || !take(op)) continue;
      left = make(expression_kind::binary, std::string(op),
                  {std::move(left), parse_binary(level + 1)});
      found = true;
      break;
    }
  }
  return left;
}

expression expression_parser::parse_unary() {
  for (std::string_view op : {"-", "~"}) {
    if (take(op)) return make(expression_kind::unary, std::string(op), {parse_unary()});
  }
  if (take("+")) return parse_unary();
  return parse_primary();
}

expression expression_parser::parse_primary() {
  if (take("(")) {
    expression inner = parse_expression();
    expect(")");
    return inner;
  }
  expression result;
  if (peek().kind == token_kind::number) {
    result.number = tokens_[next_++].number;
    return result;
  }
  std::string name = expect_name();
  if (name == "True" || name == "False") {
    result.number = name == "True";
    return result;
  }
  if (at_word("(")) return parse_call(name);
  if (in_exists_) return parse_exists_name(std::move(name));
  result.kind = expression_kind::name;
  result.name = std::move(name);
  if (at_word("[") || at_word(".")) return parse_access(std::move(result));
  return result;
}

expression expression_parser::parse_exists_name(std::string name) {
  if (take(".")) {
    name += "." + expect_name();
  } else if (take("[")) {
    if (peek().kind != token_kind::number) fail("expected a number as index");
    name += "[" + std::to_string(tokens_[next_++].number) + "]";
    expect("]");
  }
  expression result;
  result.kind = expression_kind::name;
  result.name = std::move(name);
  return result;
}

std::vector<expression> expression_parser::parse_arguments() {
  std::vector<expression> arguments;
  expect("(");
  while (!take(")")) {
    if (!arguments.empty()) expect(",");
    arguments.push_back(parse_expression());
  }
  return arguments;
}

expression expression_parser::parse_call(const std::string& function) {
  if (in_exists_) fail("no calls in `exists`");
  expression result;
  if (function == "fence") {
    result.kind = expression_kind::fence;
    expect("(");
    result.access.order = parse_order();
    expect(")");
    return result;
  }
  if (function == "assume" || function == "choose") {
    result = make(function == "assume" ? expression_kind::assume : expression_kind::choose,
                  function, parse_arguments());
    if (result.children.empty()) fail(function + " needs an argument");
    if (function == "assume" && result.children.size() != 1) fail("assume needs one argument");
    return result;
  }
  fail("unknown function " + function);
}

expression expression_parser::parse_access(expression location) {
  expression result;
  result.kind = expression_kind::access;
  result.name = std::move(location.name);
  const bool indexed = take("[");
  if (indexed) {
    result.children.push_back(parse_expression());
    expect("]");
  }
  expect(".");
  result.op = expect_name();
  const auto known = access_called(result.op);
  if (!known) fail("unknown operation " + result.op);
  result.access = known->first;
  result.access.indexed = indexed;
  expect("(");
  for (unsigned i = 0; i < known->second; ++i) {
    if (i > 0) expect(",");
    result.children.push_back(parse_expression());
  }
  const bool fixed = result.access.kind >= access_kind::lock || result.access.plain;
  if (!at_word(")") && !fixed) {
    if (known->second > 0) expect(",");
    result.access.order = parse_order();
    result.access.failure_order = read_half(result.access.order);
    if (result.access.kind >= access_kind::compare_exchange && take(",")) {
      result.access.failure_order = read_half(parse_order());
    }
  }
  expect(")");
  return result;
}

memory_order expression_parser::parse_order() {
  static constexpr std::array<std::pair<std::string_view, memory_order>, 6> table = {
      {{"na", memory_order::relaxed},
       {"rlx", memory_order::relaxed},
       {"acq", memory_order::acquire},
       {"rel", memory_order::release},
       {"acq_rel", memory_order::acq_rel},
       {"sc", memory_order::seq_cst}}};
  const std::string word = expect_name();
  for (const auto& [name, order] : table) {
    if (name == word) return order;
  }
  fail("bad memory order " + word);
}

}  // namespace heddle::testing
