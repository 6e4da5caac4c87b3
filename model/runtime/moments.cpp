// What a check asks of its own execution: what happens before the place where a thread stands
// (heddle/detail/moment.hpp). Answered from the clock by which plain accesses are judged, so the
// question is no operation: it orders nothing and adds no execution.
#include <algorithm>

#include "heddle/detail/moment.hpp"
#include "model/runtime/engine.hpp"

using heddle::runtime::engine;

bool heddle::detail::ask_where(place_in_execution& place, unsigned* seen, unsigned capacity) {
  if (!engine::inside()) return false;
  engine::visit v;
  const auto& view = v.e.view();
  const auto& clock = view.happens_before;
  unsigned width = clock.width;
  while (width != 0 && clock.entries[width - 1] == 0) --width;
  place = {view.thread, view.clock, width};
  std::copy_n(clock.entries, std::min(width, capacity), seen);
  return true;
}
