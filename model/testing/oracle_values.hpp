// What the operations of a litmus test do with values and orders, said once more for the oracle, so
// that it need not trust the heart's word for it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "model/program/operation.hpp"

namespace heddle::testing {

inline std::uint64_t modified(modification modify, std::uint64_t old, std::uint64_t operand) {
  switch (modify) {
    case modification::exchange:
      return operand;
    case modification::add:
      return old + operand;
    case modification::subtract:
      return old - operand;
    case modification::bit_and:
      return old & operand;
    case modification::bit_or:
      return old | operand;
    case modification::bit_xor:
      return old ^ operand;
    case modification::bit_nand:
      return ~(old & operand);
    case modification::maximum:
      return std::max(old, operand);
    case modification::minimum:
      return std::min(old, operand);
  }
  __builtin_unreachable();
}

inline bool lets_go_on(wait_condition wait, std::uint64_t value, std::uint64_t operand) {
  switch (wait) {
    case wait_condition::none:
      return true;
    case wait_condition::equal:
      return value == operand;
    case wait_condition::not_equal:
      return value != operand;
    case wait_condition::greater_equal:
      return value >= operand;
    case wait_condition::greater:
      return value > operand;
    case wait_condition::less_equal:
      return value <= operand;
    case wait_condition::less:
      return value < operand;
  }
  __builtin_unreachable();
}

inline memory_order order_of_read(memory_order order) {
  if (order == memory_order::release) return memory_order::relaxed;
  return order == memory_order::acq_rel ? memory_order::acquire : order;
}
inline memory_order order_of_write(memory_order order) {
  if (order == memory_order::acquire) return memory_order::relaxed;
  return order == memory_order::acq_rel ? memory_order::release : order;
}

}  // namespace heddle::testing
