// Runs one given execution with everything recorded that a person wants to see of it.
#pragma once

#include <optional>
#include <string>

#include "model/diagnose/lost_wakeup.hpp"
#include "model/diagnose/result.hpp"
#include "model/explore/decisions.hpp"
#include "model/explore/graph_recorder.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/output_capture.hpp"

namespace heddle {

struct recorded_run {
  std::optional<failing_execution> execution;  // none: it did not fail
  std::string complaint;                       // why it could not be judged; else empty
  call_stack complaint_stack;
  std::optional<divergence> diverged;  // the complaint is that it went another way
  std::uint32_t threads = 0;
  std::uint32_t events = 0;
};

recorded_run record_execution(runtime::engine& engine, runtime::output_capture& output,
                              const decisions& execution, std::uint32_t max_steps);

/// Whether threads of the execution that has just ended wait for ever.
bool is_deadlock(const runtime::engine& engine, ending how);

/// The thread of the execution that has just ended, without failure, that may never have been
/// woken.
std::optional<diagnose::lost_wakeup> lost_wakeup_of(const runtime::engine& engine,
                                                    const graph_recorder& search, ending how);

/// The two operations of a nondeterministic program, in a sentence.
std::string describe(const divergence& diverged);

/// The same, where the execution came from a replay token.
std::string describe_misfit(const divergence& diverged);

}  // namespace heddle
