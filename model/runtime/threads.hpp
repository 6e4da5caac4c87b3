// What the functions that join threads have in common.
#pragma once

#include <pthread.h>

#include "model/runtime/engine.hpp"

namespace heddle::runtime {

/// The thread that `verb` ("joins", "detaches") is about to end for others. Ends the execution
/// with a misuse if there is none, or somebody has joined or detached it. From inside a visit.
thread_id joinable_thread(engine& e, pthread_t handle, const char* verb);

}  // namespace heddle::runtime
