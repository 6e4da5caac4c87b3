// What an execution needs, as numbers: what shrinking makes smaller, and a report tells.
#pragma once

#include <cstdint>

namespace heddle {

struct execution_size {
  std::uint32_t threads = 0;       // that do anything
  std::uint32_t operations = 0;    // a read-modify-write is one
  std::uint32_t switches = 0;      // from one thread to another
  std::uint32_t stale_reads = 0;   // of a write that a newer one (in time) had replaced
  std::uint32_t late_writes = 0;   // that took their place before one that was there (in time)
  std::uint32_t choices = 0;       // where not the first alternative was taken
  std::uint64_t alternatives = 0;  // the numbers of those that were, from 0, added up
  friend bool operator==(const execution_size&, const execution_size&) = default;
};

}  // namespace heddle
