// Threads that went on after waiting in the kernel although nobody may have woken them: an
// execution in which they wait for ever exists, too.
//
// [atomics.wait]/4: a wait that has blocked after observing the write X can be ended by a notifying
// operation if there is a write Y after X in the modification order that happens before it. A
// notification for one thread may be spent on any of those that it could wake.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "model/graph/execution_graph.hpp"
#include "model/memory_model/memory_model.hpp"
#include "model/program/failure.hpp"
#include "model/program/futex_calls.hpp"

namespace heddle::diagnose {

struct lost_wakeup {
  futex_wait_call wait;
  event_id change = no_event;           // the first write that should have ended it
  std::vector<futex_wake_call> wakes;   // that could have woken the thread
  std::vector<futex_wait_call> rivals;  // on which they may be spent instead
};

/// The first one in an execution that is complete, if any. O(waits · wakes · writes).
std::optional<lost_wakeup> find_lost_wakeup(const execution_graph& graph, memory_model model,
                                            const futex_log& log);

/// As a failure. `object` is the name of what it waits on; `stack_of` turns a place into a stack,
/// `stack_at` an event.
failure lost_wakeup_failure(const lost_wakeup& lost, const execution_graph& graph,
                            const std::string& object,
                            const std::function<call_stack(std::uintptr_t)>& stack_of,
                            const std::function<call_stack(thread_id, std::uint32_t)>& stack_at);

}  // namespace heddle::diagnose
