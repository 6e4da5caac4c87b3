#include "model/runtime/virtual_time.hpp"

#include <algorithm>

namespace heddle::runtime {

virtual_time::nanoseconds virtual_time::now(thread_id thread,
                                            recorder::clock_view happens_before) const {
  nanoseconds latest = 0;
  for (thread_id t = 0; t < steps_.size(); ++t) {
    const auto& steps = steps_[t];
    if (steps.empty()) continue;
    if (t == thread) {
      latest = std::max(latest, steps.back().when);
      continue;
    }
    const std::uint32_t seen = t < happens_before.width ? happens_before.entries[t] : 0;
    const auto later = std::partition_point(steps.begin(), steps.end(),
                                            [seen](const step& s) { return s.index < seen; });
    if (later != steps.begin()) latest = std::max(latest, std::prev(later)->when);
  }
  return latest;
}

void virtual_time::advance(thread_id thread, std::uint32_t index, nanoseconds when) {
  if (thread >= steps_.size()) steps_.resize(thread + 1u);
  auto& steps = steps_[thread];
  if (!steps.empty() && steps.back().when >= when) return;
  if (!steps.empty() && steps.back().index == index) {
    steps.back().when = when;
  } else {
    steps.push_back({index, when});
  }
}

virtual_time::nanoseconds virtual_time::reading(unsigned reads_before) {
  constexpr unsigned patient = 16;  // readings that cost next to nothing
  constexpr unsigned slowest = 30;  // about a second
  if (reads_before < patient) return 1;
  return nanoseconds{1} << std::min(reads_before - patient + 1, slowest);
}

}  // namespace heddle::runtime
