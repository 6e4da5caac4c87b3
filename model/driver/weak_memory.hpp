// Whether a failure needs weak memory: a search for one under sequential consistency.
#pragma once

#include <cstdint>

#include "model/diagnose/result.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/output_capture.hpp"

namespace heddle {

/// Does a sequentially consistent execution fail in this way, too? Looks for at most 5 seconds.
weak_memory_need needs_weak_memory(runtime::engine& engine, runtime::output_capture& output,
                                   failure_kind kind, std::uint32_t max_steps);

}  // namespace heddle
