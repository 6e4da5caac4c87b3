// Where a thread stands in the current execution.
#pragma once

#include <cstdint>

#include "model/graph/event.hpp"

namespace heddle {

struct thread_progress {
  enum class state : std::uint8_t {
    absent,        // not created (yet)
    running,       // can go on, or waits only for its turn
    waiting_turn,  // parked before a read that would block it; the read is not in the graph
    waiting_join,  // parked before a join of a thread that has not finished
    blocked,       // its last event is a read whose condition does not hold
    spinning,      // repeats a loop without effect; see recorder::spin
    finished,
  };
  state now = state::absent;
  std::uint32_t position = 0;          // events performed in this execution
  clock_ref clock = 0;                 // what happens before its next plain access
  thread_id awaited = no_thread;       // waiting_join
  location_id location = no_location;  // waiting_turn
  event_id blocked_read = no_event;    // blocked
  std::uint32_t first_spin_read = 0;   // spinning: index of the loop's first read
  bool undoes_writes = false;          // spinning: see recorder::spin
  std::uint32_t rounds_again = 0;      // how often it was recognised as spinning and went on
};

}  // namespace heddle
