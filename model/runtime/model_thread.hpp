// A thread of the program under test, as the runtime keeps it. Reset at its creation in each
// execution; the vectors keep their capacity.
#pragma once

#include <cstdint>
#include <vector>

#include "model/program/failure.hpp"
#include "model/program/operation.hpp"
#include "model/program/recorded_event.hpp"

namespace heddle::runtime {

struct held_mutex {
  std::uint32_t object = 0;
  std::uint32_t depth = 1;      // of a recursive mutex
  std::uintptr_t place = 0;     // where it was locked; see engine::place
};

struct thread_exit_handler {
  void (*function)(void*) = nullptr;
  void* object = nullptr;
};

struct model_thread {
  void* (*function)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  bool detached = false;
  bool joined = false;
  bool finished = false;
  std::uintptr_t created_at = 0;                 // place
  std::vector<held_mutex> held;
  std::vector<thread_exit_handler> exit_handlers;  // of thread_local objects
  // What it waits for, if it does: for the words of a deadlock report.
  const char* waits = nullptr;                   // "lock", "join", "once", …; null: nothing
  std::uint32_t awaited_object = 0;
  thread_id awaited_thread = no_thread;
  std::uintptr_t waits_at = 0;                   // place
  std::vector<recorded_event> recorded;          // if the execution is recorded
  recorded_event next;                           // what it is about to do, likewise

  void reset() {
    function = nullptr;
    argument = result = nullptr;
    detached = joined = finished = false;
    created_at = 0;
    held.clear();
    exit_handlers.clear();
    waits = nullptr;
    awaited_object = 0;
    awaited_thread = no_thread;
    waits_at = 0;
    recorded.clear();
  }
};

}  // namespace heddle::runtime
