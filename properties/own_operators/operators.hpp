// A program's own operator new and delete: each block has a mark in front of it, and only marked
// blocks may be given back. What heddle itself allocates must never come here.
#pragma once

#include <atomic>

namespace own_operators {

/// Blocks made and not yet given back, in this execution.
inline std::atomic<long> live{0};

/// Blocks ever made, in all executions and between them: in memory from before the exploration,
/// which no execution rolls back. Only for threads that allocate one after the other.
long made();

}  // namespace own_operators
