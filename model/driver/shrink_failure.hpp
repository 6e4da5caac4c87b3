// Shrinks a failing execution of a program: runs the candidates, and says which of them fail in the
// same way.
#pragma once

#include <optional>

#include "model/driver/session.hpp"
#include "model/explore/shrink.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/output_capture.hpp"

namespace heddle {

/// `failing`, made small (shrink.hpp). In the same way means: the same kind and message, at the
/// same places with the same calls; of a deadlock, the same threads wait for the same objects. At
/// most 2,000 executions, and 5 seconds (1 after an exhaustive search, which finds what is short
/// anyway); Ctrl-C ends it. Nothing, if it does not fail again.
std::optional<shrunk_execution> shrink_failure(runtime::engine& engine,
                                               runtime::output_capture& output,
                                               const decisions& failing,
                                               const session_options& options);

}  // namespace heddle
