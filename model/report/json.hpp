// The JSON report, schema 1: {"schema":1,"checks":[…]}. Other tools are built on it: keys may be
// added with a new schema number only.
//
// A check: name, verdict, memory_model, mode, executions, blocked, seconds, executions_per_second,
// max_events, threads, seed, failure (null, or kind, message, execution, location, replay, trace).
// An entry of the trace: thread, index, operation, order, object, value, reads_from (null for what
// does not read, "initial", or {"thread","index"}), location ("file:line"), leaves (why the
// schedule leaves the thread after it, or null). Texts that do not apply are empty.
#pragma once

#include <span>
#include <string>

#include "model/report/setting.hpp"

namespace heddle::report {

std::string render_json(std::span<const check_result> results, const setting& around);

/// One entry of "checks".
std::string render_json_check(const check_result& result, const setting& around);

}  // namespace heddle::report
