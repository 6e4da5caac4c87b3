// What identifies an execution graph of a litmus test, in a form that does not depend on who found
// it: for each thread, in source order and `final` last, which write each read reads from and which
// option each choice took; then for each location the coherence order of its writes. Everything
// else (values, kinds, happens-before) follows from the program.
//
// An event is named by its thread and its index among the reads, writes, fences and choices of this
// thread; a read-modify-write is a read and then a write. Creating, joining and finishing threads
// is not mentioned.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>

#include "model/testing/litmus_code.hpp"

namespace heddle::testing {

/// Bytes, to be compared and hashed; describe() makes them readable.
using graph_key = std::string;
using graph_keys = std::unordered_set<graph_key>;

struct event_name {
  static constexpr std::uint32_t initial = 0xffffffff;
  std::uint32_t thread = initial;  // position in litmus_code::threads
  std::uint32_t index = 0;
};

/// Call the functions in the order of the key: per thread reads and choices, end_group(); per
/// location the writes in coherence order, end_group().
class graph_key_writer {
 public:
  void clear() { key_.clear(); }
  void event(event_name e) {
    const bool initial = e.thread == event_name::initial;
    key_.push_back(static_cast<char>(initial ? 0 : e.thread + 1));
    if (!initial) key_.push_back(static_cast<char>(e.index));
  }
  void option(std::uint32_t taken) {
    key_.push_back(choice_mark);
    key_.push_back(static_cast<char>(taken));
  }
  void end_group() { key_.push_back(group_mark); }
  const graph_key& key() const { return key_; }

  static constexpr char choice_mark = '\x7e';
  static constexpr char group_mark = '\x7f';

 private:
  graph_key key_;
};

/// "P0: P1.2 init #1 | P1: - | x: P0.0 P1.1"
std::string describe(const graph_key& key, const litmus_code& code);

}  // namespace heddle::testing
