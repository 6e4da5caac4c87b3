// What is wrong about the end of threads: their stacks are used when they are gone, or nobody ever
// joins them.
#include "model/runtime/ended_stacks.hpp"
#include "model/runtime/engine.hpp"

namespace heddle::runtime {

constinit ended_stacks stacks_gone;

void engine::check_stack(std::uintptr_t address, std::size_t size, bool write) {
  if (runs_on(address)) return;
  for (thread_id t = 0; t < threads_used_; ++t) {
    if (!fibers_.stacks().contains(t, address)) continue;
    // Only if its end is ordered before; else it depends on the schedule whether it has ended.
    const recorder::clock_view& clocks = view_.happens_before;
    const model_thread& owner = threads_[t];
    if (!owner.finished || t >= clocks.width || clocks.entries[t] < owner.length) return;
    visit v;
    const std::string name = thread_name(t);
    fail(failure_kind::memory,
         "use of a dead stack: " + thread_name(running_) + (write ? " writes " : " reads ") +
             std::to_string(size) + (size == 1 ? " byte" : " bytes") + " of the stack of " + name +
             ", which has finished",
         {{name + " was created here", t, stack_of_place(owner.created_at)}});
  }
}

void engine::look_for_unjoined_threads() {
  for (thread_id t = 1; t < threads_used_; ++t) {
    const model_thread& thread = threads_[t];
    if (thread.joined || thread.detached) continue;
    failure_ =
        failure{failure_kind::memory,
                "leak: " + thread_name(t) + " has finished, and is never joined nor detached",
                t,
                stack_of_place(thread.created_at),
                {{thread_name(t) + " was created here", t, stack_of_place(thread.created_at)}}};
    return;
  }
}

}  // namespace heddle::runtime
