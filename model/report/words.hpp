// The sentences of a report, the same on the terminal, in HTML and in JUnit.
#pragma once

#include <string>

#include "model/diagnose/result.hpp"

namespace heddle::report {

/// "1,234,567"
std::string grouped(std::uint64_t number);

/// "12 executions, 2 blocked, 0.010 s (1,200 per second)": the blocked ones come on top; the model
/// and the mode are added unless they are the usual ones.
std::string effort(const check_result& result);

/// Executions per second; 0 if no time was measured.
double executions_per_second(const check_result& result);

/// "Data race: T1 writes `data` while main reads it". One line.
std::string headline(const failure& what);

/// For the row of a table: the message if it is short, else what kind of failure it is.
std::string brief(const failure& what);

/// "data race"
std::string kind_in_words(failure_kind kind);

/// What a reader must know of a bounded or error verdict, with its reason: full sentences.
std::string verdict_sentence(const check_result& result);

/// Whether the failure needs weak memory, as a sentence; empty if that is not known.
std::string weak_memory_sentence(weak_memory_need need);

/// "It needs 2 context switches, 1 stale read: …", and how it was made small; empty if not known.
std::string needs_sentence(const failing_execution& failing);

/// "This is execution 17, the first of 3 that failed."
std::string which_execution(const check_result& result);

}  // namespace heddle::report
