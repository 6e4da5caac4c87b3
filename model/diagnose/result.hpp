// The result of one check, complete: what driver returns, report renders and the outer faces
// expose. Plain data; no pointer into the search or the runtime.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/diagnose/coverage_summary.hpp"
#include "model/program/execution_size.hpp"
#include "model/program/failure.hpp"

namespace heddle {

enum class verdict : std::uint8_t {
  verified,  // every execution was seen, none failed
  failed,    // some execution is wrong
  bounded,   // none failed among those seen; `reason` says which bound cut the search
  error,     // heddle cannot judge; `reason` says why, naming the call and its place
};

constexpr const char* name_of(verdict v) {
  constexpr const char* names[] = {"verified", "failed", "bounded", "error"};
  return names[static_cast<unsigned>(v)];
}

/// One event of the failing execution. A trace lists them in an order in which they can happen.
struct trace_event {
  thread_id thread = 0;
  std::uint32_t index = 0;  // position in its thread, from 0; of a line, the next event's
  std::string operation;    // "load", "store", "fetch_add", "lock", "create", "join", …
  bool logged = false;      // no event, but a line of the program's own, `value`: "log"
  std::string order;        // "acquire"; empty where there is none
  std::string object;       // "ready", "data+8", "mutex 0x…"; empty where there is none
  std::string value;        // what it read or wrote, ready to print: "1", "0 -> 1"
  bool reads = false;       // the next three say which write it read
  bool reads_initial = false;
  thread_id reads_from_thread = no_thread;
  std::uint32_t reads_from_index = 0;
  bool stale = false;   // it read a write that a later one (in time) had replaced
  bool writes = false;  // coherence_position is its place among the writes of the object
  std::uint32_t coherence_position = 0;
  std::string leaves;          // why the schedule leaves the thread here; empty: it goes on
  std::uintptr_t address = 0;  // of the object, for symbolising; 0 where there is none
  call_stack stack;
};

struct thread_summary {
  thread_id id = 0;
  std::string name;       // "main", "T1", …
  call_stack created_at;  // empty for main
  std::string state;      // "finished", "waits for mutex … held by T2", "running"
};

/// Does the failure also happen under sequential consistency?
enum class weak_memory_need : std::uint8_t { unknown, no, yes };

/// How a failing execution was made small before it is shown.
struct shrinking_effort {
  execution_size from;
  std::uint64_t executions = 0;  // that were tried
  bool finished = false;         // no single step makes it smaller; else the budget was used up
};

struct failing_execution {
  failure what;
  std::uint64_t execution = 0;  // its number, from 1
  std::vector<thread_summary> threads;
  std::vector<trace_event> trace;
  weak_memory_need needs_weak_memory = weak_memory_need::unknown;
  std::string replay;  // the token for --replay
  std::string output;  // what the program printed in this execution
  std::optional<execution_size> needs;
  std::optional<shrinking_effort> shrunk;  // none: it is as it was found
};

/// How large an exhaustive search is likely to be.
struct search_estimate {
  double executions = 0;      // those included that block
  double standard_error = 0;  // of that
  std::uint64_t probes = 0;   // it is the mean of so many; less than 2: nothing is known
  double seconds = 0;         // at the speed of the probes
};

struct check_result {
  std::string name;
  heddle::verdict verdict = heddle::verdict::error;
  std::string memory_model;      // "cpp20", "rc11", "sc"
  std::string mode;              // "exhaustive", "replay", …
  std::string reason;            // for bounded and error: a sentence; else empty
  call_stack reason_stack;       // its place, if it has one
  std::uint64_t executions = 0;  // complete consistent graphs seen
  std::uint64_t blocked = 0;     // others, in which some thread waits for ever
  double seconds = 0;
  std::uint32_t max_events = 0;  // of the longest execution
  std::uint32_t threads = 0;     // at most, in one execution
  std::uint64_t seed = 0;
  std::uint64_t failures = 0;  // how many executions failed (more than 1 with --keep-going)
  std::optional<failing_execution> failure;  // the first
  std::optional<search_estimate> estimate;   // if one was asked for
  std::optional<coverage_summary> coverage;  // of a random mode, if it was asked for
};

}  // namespace heddle
