#include "model/program/operation.hpp"

namespace heddle {
namespace {

using wide = unsigned __int128;

wide widen(value v) { return (static_cast<wide>(v.high) << 64) | v.low; }

value narrow(wide w, std::uint8_t size) {
  if (size < 16) w &= (static_cast<wide>(1) << (8 * size)) - 1;
  return {static_cast<std::uint64_t>(w), static_cast<std::uint64_t>(w >> 64)};
}

}  // namespace

value apply(modification modify, value old, value operand, std::uint8_t size) {
  const wide a = widen(old);
  const wide b = widen(operand);
  switch (modify) {
    case modification::exchange:
      return narrow(b, size);
    case modification::add:
      return narrow(a + b, size);
    case modification::subtract:
      return narrow(a - b, size);
    case modification::bit_and:
      return narrow(a & b, size);
    case modification::bit_or:
      return narrow(a | b, size);
    case modification::bit_xor:
      return narrow(a ^ b, size);
    case modification::bit_nand:
      return narrow(~(a & b), size);
    case modification::maximum:
      return narrow(a > b ? a : b, size);
    case modification::minimum:
      return narrow(a < b ? a : b, size);
  }
  __builtin_unreachable();
}

bool satisfies(wait_condition wait, value v, std::uint64_t operand) {
  switch (wait) {
    case wait_condition::none:
      return true;
    case wait_condition::equal:
      return v.low == operand;
    case wait_condition::not_equal:
      return v.low != operand;
    case wait_condition::greater_equal:
      return v.low >= operand;
    case wait_condition::greater:
      return v.low > operand;
    case wait_condition::less_equal:
      return v.low <= operand;
    case wait_condition::less:
      return v.low < operand;
  }
  __builtin_unreachable();
}

}  // namespace heddle
