#include "model/driver/weak_memory.hpp"

#include <chrono>

#include "model/driver/recorded_run.hpp"
#include "model/explore/exhaustive.hpp"
#include "model/runtime/crash_guard.hpp"

namespace heddle {

weak_memory_need needs_weak_memory(runtime::engine& engine, runtime::output_capture& output,
                                   failure_kind kind, std::uint32_t max_steps) {
  constexpr std::chrono::seconds budget{5};
  const auto end = std::chrono::steady_clock::now() + budget;
  exhaustive search({memory_model::sc, max_steps});
  for (std::uint64_t n = 0; search.begin_execution(); ++n) {
    const bool looks = n % 64 == 0;
    if (looks && (std::chrono::steady_clock::now() > end || runtime::crash_guard::interrupted())) {
      return weak_memory_need::unknown;
    }
    output.begin_execution();
    engine.run(search);
    const ending how = search.end_execution();
    if (engine.learned() || engine.unsupported() || how == ending::cut ||
        how == ending::unfinished) {
      return weak_memory_need::unknown;
    }
    if (engine.beyond_bounds()) continue;
    const bool stuck = is_deadlock(engine, how) || lost_wakeup_of(engine, search, how);
    const bool same = engine.failed() ? engine.failed()->kind == kind
                                      : stuck && (kind == failure_kind::deadlock ||
                                                  kind == failure_kind::livelock);
    if (same) return weak_memory_need::no;
    if (engine.failed()) return weak_memory_need::unknown;
  }
  return weak_memory_need::yes;
}

}  // namespace heddle
