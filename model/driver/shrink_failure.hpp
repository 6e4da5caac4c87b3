// Shrinks a failing execution of a program: runs the candidates, and says which of them fail in the
// same way.
#pragma once

#include "model/driver/session.hpp"
#include "model/explore/decisions.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/output_capture.hpp"

namespace heddle {

/// Shows the failure of `result`, which is `failing` as it was found, as a small one (shrink.hpp).
/// In the same way means: the same kind and message, at the same places with the same calls; of a
/// deadlock, the same threads wait for the same objects. At most 2,000 executions, and 5 seconds (1
/// after an exhaustive search, which finds what is short anyway); Ctrl-C ends it. Leaves the result
/// as it is where the execution does not fail again.
void make_small(check_result& result, runtime::engine& engine, runtime::output_capture& output,
                const decisions& failing, const session_options& options);

}  // namespace heddle
