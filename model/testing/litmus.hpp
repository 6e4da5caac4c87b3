// Litmus tests as data: a few threads over shared locations, written in a small language that is a
// subset of Python, and the syntax tree that parse_litmus() makes of it.
//
//   name: SB
//   init: x=0, y=0
//   P0:
//       x.store(1, rlx)
//       r0 = y.load(rlx)
//   P1:
//       y.store(1, rlx)
//       r0 = x.load(rlx)
//   final:                        runs when every thread has been joined
//       a = x.load()
//   exists: P0.r0 == 0 and P1.r0 == 0
//
// Orders: na rlx acq rel acq_rel sc; the default is sc, and na (get, set) is treated as rlx.
//   x.load(o)   x.store(v, o)   x.get()   x.set(v)   fence(o)   assume(c)   choose(a, b, …)
//   x.xchg(v, o) and faa fas fand for_ fxor fmax fmin           -> the old value
//   x.cas(expected, desired, o, failure) -> the old value;  x.casb(…) -> whether it succeeded
//   x.await_eq(v, o) and ne ge gt le lt: a load that blocks its thread unless the condition holds
//   m.lock()    m.unlock()      m.trylock() -> whether it succeeded
//   a[e].load(o) and so on: array cells
// Statements: r = e, r += e, assert c, if/elif/else, for i in range(…), while (bounded by
// `unroll:`, 6 unless told; a thread that needs more is blocked for ever), break, return, pass.
// Registers start at 0. Memory holds unsigned 64-bit values, registers hold the same bits as signed
// numbers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "model/program/operation.hpp"

namespace heddle::testing {

/// The text is not a litmus test: says the line and what was expected.
struct litmus_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class expression_kind : std::uint8_t {
  constant,     // number
  name,         // a register; in `exists` also a location "x", "a[0]" or "P0.r0"
  unary,        // op: '-', '~' or "not"
  binary,       // op: arithmetic
  logical_and,  // two operands, yields the last one evaluated
  logical_or,
  comparison,   // op
  conditional,  // children: value if true, condition, value if false
  access,       // an operation on the location `name`; children: see `access_syntax`
  fence,
  assume,  // one child
  choose,  // children: the options
};

enum class access_kind : std::uint8_t {
  load,
  store,
  modify,
  compare_exchange,
  compare_exchange_flag,
  lock,
  unlock,
  try_lock,
};

/// Children of an access expression: the index, if `indexed`; then its operands in source order
/// (value; expected, desired; the awaited value).
struct access_syntax {
  access_kind kind = access_kind::load;
  modification modify = modification::exchange;
  wait_condition wait = wait_condition::none;
  memory_order order = memory_order::seq_cst;
  memory_order failure_order = memory_order::seq_cst;
  bool indexed = false;
  bool plain = false;  // get or set
};

struct expression {
  expression_kind kind = expression_kind::constant;
  std::int64_t number = 0;
  std::string name;
  std::string op;
  access_syntax access;
  std::vector<expression> children;
};

enum class statement_kind : std::uint8_t {
  assign,      // targets = expressions[0]
  augment,     // targets[0] op= expressions[0]
  evaluate,    // expressions[0]
  branch,      // if expressions[0]: body else: otherwise
  for_range,   // for targets[0] in range(expressions…): body
  while_loop,  // while expressions[0]: body
  assertion,   // assert expressions[0]
  leave_loop,
  leave_thread,
  nothing,
};

struct statement {
  statement_kind kind = statement_kind::nothing;
  std::string op;
  std::vector<std::string> targets;
  std::vector<expression> expressions;
  std::vector<statement> body;
  std::vector<statement> otherwise;
};

struct litmus_thread {
  std::string name;
  std::vector<statement> body;
};

struct litmus_test {
  std::string name = "?";
  std::string text;
  std::map<std::string, std::int64_t> initial;  // by location name; others start at 0
  std::vector<litmus_thread> threads;
  std::optional<litmus_thread> final_thread;
  std::optional<expression> exists;
  unsigned unroll = 6;
};

/// Throws litmus_error.
litmus_test parse_litmus(std::string_view text);

}  // namespace heddle::testing
