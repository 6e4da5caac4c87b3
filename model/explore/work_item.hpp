// One alternative that the search has still to take. Structure only: no addresses, no values.
#pragma once

#include <cstdint>

#include "model/graph/event.hpp"

namespace heddle {

struct work_item {
  enum class kind : std::uint8_t {
    forward_read,    // `at` reads from `source`
    forward_write,   // `at` goes right after `source` in the coherence order
    forward_choice,  // `at` takes alternative `alternative`
    backward,        // read `at` is revisited by the write `source`
  };
  kind what = kind::forward_read;
  event_id at = no_event;
  event_id source = no_event;
  std::uint32_t alternative = 0;
  double share = 0;  // of the whole search, by an equal split at each execution
};

}  // namespace heddle
