// One event of an execution graph: what a thread did at one of its positions.
#pragma once

#include <cstdint>

#include "model/graph/clock_pool.hpp"
#include "model/program/operation.hpp"

namespace heddle {

/// An event's place in the addition order of its graph (the `<_G` of TruSt): it is its name, too.
using event_id = std::uint32_t;
inline constexpr event_id initial_write = 0xffffffff;  // the source of a read of the initial value
inline constexpr event_id no_event = 0xfffffffe;

enum class event_kind : std::uint8_t { read, write, fence, choice, create, join, finish };

/// A read-modify-write is an exclusive read followed at once, in its thread and in the addition
/// order, by its exclusive write. A failed compare_exchange is a plain read.
struct event {
  enum flag : std::uint8_t {
    exclusive_bit = 1,    // half of a successful read-modify-write
    maximal_bit = 2,      // added (or revisited) with the co-maximal source or place
    revisitable_bit = 4,  // may be the target of a backward revisit
    blocked_bit = 8,      // a waiting read whose condition does not hold: ends its thread for now
  };

  value val;  // read or written; choice: the alternative; create, join: the thread
  location_id location = no_location;
  event_id reads_from = initial_write;   // reads
  clock_ref message = 0;                 // writes: what an acquire read of it picks up;
                                         // create: happens-before of the new thread's start
  std::uint32_t coherence_position = 0;  // writes: place in the order, without the initial write
  std::uint32_t detail = 0;              // reads: 1 + index of the full operation, 0: none kept;
                                         // create: porf of the new thread's start
  std::uint32_t index = 0;               // position in its thread
  thread_id thread = 0;
  event_kind kind = event_kind::fence;
  memory_order order = memory_order::relaxed;
  std::uint8_t flags = 0;
  std::uint8_t size = 0;
  // Clocks: the own component of porf and happens_before is index + 1, whatever the pool says.
  clock_ref porf = 0;  // everything before it in (po ∪ rf ∪ create/join)⁺
  clock_ref happens_before = 0;
  clock_ref acquirable = 0;  // what a later acquire fence of this thread picks up
  clock_ref released = 0;    // happens-before of the thread's last release fence, 0: none
  event_id previous_access = no_event;  // same thread, same location
  std::uint32_t clocks_before = 0;      // size of the clock pool before this event

  bool exclusive() const { return flags & exclusive_bit; }
  bool maximal() const { return flags & maximal_bit; }
  bool revisitable() const { return flags & revisitable_bit; }
  bool blocked() const { return flags & blocked_bit; }
  bool is_read() const { return kind == event_kind::read; }
  bool is_write() const { return kind == event_kind::write; }
  void set(flag f, bool on) { flags = static_cast<std::uint8_t>(on ? flags | f : flags & ~f); }
};

}  // namespace heddle
