// A failing execution, made ready to be told: every address named, every read told which write it
// read, repeated loads of a spin loop folded into one. What console, HTML and DOT have in common.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/report/locator.hpp"

namespace heddle::report {

struct told_event {
  thread_id thread = 0;
  std::uint32_t index = 0;  // of the first, if folded
  std::uint32_t times = 1;  // how many equal loads in a row this stands for
  std::string place;        // "msg.cpp:12", as short as possible; may be empty
  std::string what;         // "store ready = 1 (release)"
  std::string source;       // of a read: "T1#3 (msg.cpp:12)", "the initial value"; else empty
  bool stale = false;
  bool logged = false;  // a line of the program's own, no event
  std::string leaves;   // why the schedule leaves the thread after this event
};

struct told_thread {
  thread_id id = 0;
  std::string name;        // "main", "T1"
  std::string created_at;  // a place; empty for main
  std::string state;       // why it does not go on at the end; empty if it has finished or could
};

struct told_note {
  std::string text;
  std::string place;  // may be empty
};

struct story {
  std::vector<told_thread> threads;  // in the order of their numbers
  std::vector<told_event> events;    // in the order of time
  std::vector<told_note> where;      // the failure's own place, then its callers in user code
  std::vector<told_note> notes;
  std::string fails_at;                // where.front().place, as short as those of the events
  const failing_execution* execution;  // what it was made from, for the rest

  /// "T1"; the number in words if the thread is not known.
  std::string name_of_thread(thread_id id) const;
};

/// `execution` must outlive the result.
story tell(const failing_execution& execution, const setting& around);

/// "store ready = 1 (release)"
std::string describe(const trace_event& event, const locator& places);

/// "heddle_check_cell()::{lambda()#1}::operator()() const" -> "cell()::{lambda()#1}::operator()"
std::string short_function(std::string_view function);

}  // namespace heddle::report
