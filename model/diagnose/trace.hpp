// The trace of a recorded execution: its events in time, each with what the program knows of it.
#pragma once

#include <functional>
#include <vector>

#include "model/diagnose/result.hpp"
#include "model/graph/execution_graph.hpp"
#include "model/program/recorded_event.hpp"

namespace heddle::diagnose {

/// The program's side of an event.
using event_lookup = std::function<recorded_event(thread_id, std::uint32_t index)>;

/// `graph` was built in time (by a follower): the order of its events is that of the trace. A
/// read-modify-write is one entry.
std::vector<trace_event> trace_of(const execution_graph& graph, const event_lookup& recorded);

/// A line that a thread of the program has written for the trace.
struct trace_line {
  thread_id thread = 0;
  log_line line;
};

/// Puts the lines behind what their threads had performed last; those of one thread are in order.
void insert_lines(std::vector<trace_event>& trace, const std::vector<trace_line>& lines);

/// Fills in why the schedule leaves a thread where another one's event follows. `waiting[t]` says
/// what an unfinished thread waits for at the end, "" if it does not.
void explain_switches(std::vector<trace_event>& trace, const std::vector<std::string>& waiting);

}  // namespace heddle::diagnose
