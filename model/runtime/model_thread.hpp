// A thread of the program under test, as the runtime keeps it. Reset at its creation in each
// execution; the vectors keep their capacity.
#pragma once

#include <cstdint>
#include <vector>

#include "model/program/failure.hpp"
#include "model/program/operation.hpp"
#include "model/program/recorded_event.hpp"
#include "model/runtime/random_state.hpp"

namespace heddle::runtime {

struct held_mutex {
  std::uint32_t object = 0;  // a mutex, spin lock or shared lock
  std::uint32_t depth = 1;   // of a recursive mutex or of sharing
  std::uintptr_t place = 0;  // where it was locked; see engine::place
  bool shared = false;
};

struct thread_exit_handler {
  void (*function)(void*) = nullptr;
  void* object = nullptr;
};

/// One wait on a condition variable, by the version of the variable that it made.
struct condition_wait {
  location_id condition = no_location;
  std::uint32_t version = 0;
  std::uintptr_t mutex = 0;
  std::uintptr_t place = 0;
  bool spurious = false;  // it ends by itself
};

struct model_thread {
  void* (*function)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  bool detached = false;
  bool joined = false;
  bool finished = false;
  std::uint32_t length = 0;       // in events, when it has finished
  std::uintptr_t created_at = 0;  // place
  std::vector<held_mutex> held;
  std::vector<thread_exit_handler> exit_handlers;  // of thread_local objects
  // What it waits for, if it does: for the words of a deadlock report.
  const char* waits = nullptr;  // "lock", "join", "once", …; null: nothing
  std::uint32_t wake_ups = 0;   // that it has taken, of those meant for it
  std::vector<condition_wait> condition_waits;
  unsigned clock_reads = 0;
  random_state random;
  unsigned allocation_failures = 0;           // of its own, and of its creator's until then
  std::vector<std::uintptr_t> failed_weakly;  // objects whose compare-exchange failed by itself
  // Its last load, for recognising one that is repeated at once.
  std::uintptr_t last_load_pc = 0;
  std::uintptr_t last_load_address = 0;
  std::uint32_t last_load_index = no_index;
  value last_loaded;
  void loaded(std::uintptr_t address, std::uintptr_t pc, std::uint32_t index, value v) {
    last_load_address = address;
    last_load_pc = pc;
    last_load_index = index;
    last_loaded = v;
  }
  static constexpr std::uint32_t no_index = 0xfffffff0;
  std::uint32_t awaited_object = 0;
  thread_id awaited_thread = no_thread;
  std::uintptr_t waits_at = 0;           // place
  std::vector<recorded_event> recorded;  // if the execution is recorded
  recorded_event next;                   // what it is about to do, likewise
  std::vector<log_line> log;             // likewise

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
    wake_ups = clock_reads = 0;
    condition_waits.clear();
    last_load_index = no_index;
    recorded.clear();
    log.clear();
    failed_weakly.clear();
    allocation_failures = 0;
  }

  /// What a thread has from the one that creates it.
  void inherit(const model_thread& creator, thread_id self) {
    random = creator.random;
    random.become(self);
    allocation_failures = creator.allocation_failures;
  }
};

}  // namespace heddle::runtime
