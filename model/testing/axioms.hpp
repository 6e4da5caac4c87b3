// The memory models, as their definitions are printed: relations over a whole execution graph,
// computed from scratch with bit matrices, nothing incremental and nothing clever. This is what the
// search is judged by; it shares no code with it.
//
//   sc     acyclic(po ∪ rf ∪ co ∪ fr), atomicity (Lamport)
//   rc11   Lahav, Vafeiadis, Kang, Hur, Dreyer: Repairing sequential consistency in C/C++11
//          (PLDI 2017), with the release sequences of C++20 (P0982)
//   cpp20  [intro.races], [atomics.order] of C++20 (P0668, P0982), and acyclic(po ∪ rf)
//
// The writes of the initial values are not events here: no relation leads into them, so they lie on
// no cycle; they matter only for from-reads, which knows them as initial_value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/program/operation.hpp"

namespace heddle::testing {

enum class axiom_model : std::uint8_t { cpp20, rc11, sc };

enum class axiom_event_kind : std::uint8_t { read, write, fence };

struct axiom_event {
  static constexpr std::uint8_t initial_value = 0xff;
  axiom_event_kind kind = axiom_event_kind::fence;
  memory_order order = memory_order::relaxed;
  bool exclusive = false;  // half of a successful read-modify-write; its write follows its read
  std::uint8_t thread = 0;
  std::uint8_t location = 0;
  std::uint8_t reads_from = initial_value;  // of a read: an event
};

inline constexpr std::size_t max_events = 64;

/// The events of a thread stand in program order; reads may come before the write they read.
struct axiom_graph {
  std::size_t size = 0;
  std::array<axiom_event, max_events> events;
  std::vector<std::vector<std::uint8_t>> coherence;  // by location; without the initial write
  std::uint8_t joining_thread = 0xff;  // whatever the other threads do happens before its events
};

bool consistent(axiom_model model, const axiom_graph& graph);

}  // namespace heddle::testing
