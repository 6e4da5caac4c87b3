#include "model/testing/litmus_code.hpp"

namespace heddle::testing {
namespace {

/// As in Python: the quotient is rounded down.
std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  if (b == 0) throw litmus_error("litmus test: division by zero");
  const std::int64_t quotient = a / b;
  return quotient - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

std::int64_t wrap(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

std::int64_t evaluate(opcode code, std::int64_t a, std::int64_t b) {
  const auto x = static_cast<std::uint64_t>(a);
  const auto y = static_cast<std::uint64_t>(b);
  switch (code) {
    case opcode::copy:
      return a;
    case opcode::add:
      return wrap(x + y);
    case opcode::subtract:
      return wrap(x - y);
    case opcode::multiply:
      return wrap(x * y);
    case opcode::floor_divide:
      return floor_divide(a, b);
    case opcode::modulo:
      return wrap(x - static_cast<std::uint64_t>(floor_divide(a, b)) * y);
    case opcode::bit_and:
      return a & b;
    case opcode::bit_or:
      return a | b;
    case opcode::bit_xor:
      return a ^ b;
    case opcode::shift_left:
      return wrap(x << (y & 63));
    case opcode::shift_right:
      return a >> (y & 63);
    case opcode::negate:
      return wrap(0 - x);
    case opcode::invert:
      return ~a;
    case opcode::logical_not:
      return a == 0;
    case opcode::equal:
      return a == b;
    case opcode::not_equal:
      return a != b;
    case opcode::less:
      return a < b;
    case opcode::less_equal:
      return a <= b;
    default:
      break;
  }
  __builtin_unreachable();
}

}  // namespace

std::uint32_t advance(const thread_code& code, std::uint32_t at, std::int64_t* registers) {
  for (const instruction* all = code.instructions.data();;) {
    const instruction& i = all[at];
    if (i.code >= opcode::access) return at;
    ++at;
    if (i.code < opcode::jump) {
      registers[i.target] = evaluate(i.code, registers[i.left], registers[i.right]);
    } else if (i.code == opcode::jump ||
               (registers[i.left] == 0) == (i.code == opcode::jump_if_zero)) {
      at = i.destination;
    }
  }
}

operation resolve(const access_site& site, const std::int64_t* registers) {
  operation op = site.op;
  if (site.complete) return op;
  if (site.index != no_register) {
    const std::int64_t index = registers[site.index];
    if (index < 0 || index >= static_cast<std::int64_t>(site.cells)) {
      throw litmus_error("litmus test: array index " + std::to_string(index) + " is out of range");
    }
    op.location += static_cast<location_id>(index);
  }
  const auto fetch = [&](register_index r) { return static_cast<std::uint64_t>(registers[r]); };
  if (site.operand != no_register) op.operand.low = fetch(site.operand);
  if (site.expected != no_register) op.expected.low = fetch(site.expected);
  if (site.wait_operand != no_register) op.wait_operand = fetch(site.wait_operand);
  return op;
}

}  // namespace heddle::testing
