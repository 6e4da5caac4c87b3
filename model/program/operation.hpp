// What a thread of a program can do that other threads may notice: the vocabulary between a
// program and the search. Plain (non-atomic) accesses are not part of it; a program that has them
// performs them itself and reports their races itself.
#pragma once

#include <cstdint>

#include "model/program/memory_order.hpp"

namespace heddle {

/// Threads are numbered in the order of their creation in the graph; 0 starts the program.
using thread_id = std::uint16_t;
inline constexpr thread_id no_thread = 0xffff;

/// Locations are numbered by the program. A number must denote the same object in every execution.
using location_id = std::uint32_t;
inline constexpr location_id no_location = 0xffffffff;

/// Up to 16 bytes, low half first. Narrower objects keep their unused bytes zero.
struct value {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend constexpr bool operator==(const value&, const value&) = default;
};

enum class operation_kind : std::uint8_t {
  load,               // -> the value read
  store,              //
  read_modify_write,  // -> the value read (the old one)
  compare_exchange,   // -> the value read; it succeeded iff that equals `expected`
  fence,              //
  choose,             // -> an alternative 0 .. operand-1; 0 is the canonical one
  create_thread,      // -> the id of the new thread; operand: equal for threads with equal tasks
  join_thread,        // blocks until thread `operand` has finished
  finish_thread,      // the last operation of every thread
};

enum class modification : std::uint8_t {
  exchange,
  add,
  subtract,
  bit_and,
  bit_or,
  bit_xor,
  bit_nand,
  maximum,
  minimum,
};

/// A load or compare_exchange may wait: it blocks its thread while the value read does not satisfy
/// `wait(value, wait_operand)`. Comparisons are unsigned. A blocked read is part of the graph only
/// where that is unavoidable.
enum class wait_condition : std::uint8_t {
  none,
  equal,
  not_equal,
  greater_equal,
  greater,
  less_equal,
  less,
};

struct operation {
  operation_kind kind = operation_kind::fence;
  memory_order order = memory_order::relaxed;
  memory_order failure_order = memory_order::relaxed;  // compare_exchange only
  modification modify = modification::exchange;        // read_modify_write only
  wait_condition wait = wait_condition::none;
  std::uint8_t size = 8;  // bytes: 1, 2, 4, 8 or 16
  location_id location = no_location;
  value operand;   // the value stored, added, …; the desired value; alternatives; the thread
  value expected;  // compare_exchange only
  std::uint64_t wait_operand = 0;
};

/// The value that `modify` writes when it reads `old`: arithmetic modulo 2^(8·size).
value apply(modification modify, value old, value operand, std::uint8_t size);

/// Whether a read of `v` lets its thread go on.
bool satisfies(wait_condition wait, value v, std::uint64_t operand);

}  // namespace heddle
