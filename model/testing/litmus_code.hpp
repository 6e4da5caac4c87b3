// Litmus tests compiled for running: per thread a flat list of instructions over registers, so that
// a thread is a program counter and its registers, may stop before any operation that other threads
// could notice, and costs a few nanoseconds to run again from the start.
//
// advance() runs a thread to its next stop; whoever calls it performs the operation there (asks a
// recorder, or tries every possibility), stores the result in the register of the site, steps over
// the instruction, and calls advance() again.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/program/operation.hpp"
#include "model/testing/litmus.hpp"

namespace heddle::testing {

using register_index = std::uint16_t;
inline constexpr register_index no_register = 0xffff;

enum class opcode : std::uint8_t {
  copy,  // target = left
  add,
  subtract,
  multiply,
  floor_divide,
  modulo,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,
  shift_right,
  negate,
  invert,
  logical_not,
  equal,
  not_equal,
  less,
  less_equal,
  jump,          // to `destination`
  jump_if_zero,  // if left == 0
  jump_if_not_zero,
  access,  // stop: perform sites[destination]
  block,   // stop: the thread is blocked for ever
  fail,    // stop: an assertion is false
  end,     // stop: the thread is over
};

struct instruction {
  opcode code = opcode::end;
  register_index target = 0;
  register_index left = 0;
  register_index right = 0;
  std::uint32_t destination = 0;
};

/// An operation as far as it is known before the run, and the registers that hold the rest.
struct access_site {
  operation op;
  register_index result = no_register;  // where the answer goes; no_register: nowhere
  bool yields_success = false;          // the answer is whether the compare_exchange succeeded
  bool complete = true;                 // `op` needs no register
  register_index index = no_register;   // of the array cell, counted from op.location
  std::uint32_t cells = 1;              // of the array
  register_index operand = no_register;
  register_index expected = no_register;
  register_index wait_operand = no_register;
  std::vector<register_index> options;  // choose: the answer is the value of one of these
};

struct thread_code {
  std::string name;
  std::vector<instruction> instructions;
  std::vector<access_site> sites;
  std::vector<std::int64_t> initial_registers;  // constants included
  std::vector<std::pair<std::string, register_index>> names;
};

struct location_description {
  std::string name;
  std::int64_t initial = 0;
};

struct litmus_code {
  std::string name;
  std::string text;
  std::vector<thread_code> threads;  // in source order; then `final`, empty if there is none
  std::vector<location_description> locations;
  std::optional<thread_code> exists;  // leaves its value in register 0

  std::size_t workers() const { return threads.size() - 1; }
  const thread_code& final_thread() const { return threads.back(); }
};

/// Throws litmus_error.
litmus_code compile(const litmus_test& test);

/// parse_litmus and compile.
litmus_code compile(std::string_view text);

/// The cells that an array gets if some index is not a constant: 0 … dynamic_cells - 1.
inline constexpr std::uint32_t dynamic_cells = 8;

/// Runs the thread from instruction `at` to its next stop, whose position is returned.
std::uint32_t advance(const thread_code& code, std::uint32_t at, std::int64_t* registers);

/// The operation at `site`, all known.
operation resolve(const access_site& site, const std::int64_t* registers);

/// Hands `answer` (what recorder::perform returned) to the thread.
inline void deliver(const access_site& site, const operation& op, value answer,
                    std::int64_t* registers) {
  if (site.result == no_register) return;
  std::int64_t result = static_cast<std::int64_t>(answer.low);
  if (site.yields_success) result = answer == op.expected;
  if (op.kind == operation_kind::choose) result = registers[site.options[answer.low]];
  registers[site.result] = result;
}

}  // namespace heddle::testing
