// How large objects become: up to which thread a shared lock is shared, to what a semaphore counts.
// Smaller ones are explored in fewer executions, so each begins at 1; when an execution shows more,
// the search starts again and knows.
#pragma once

#include <cstdint>
#include <vector>

#include "model/program/operation.hpp"

namespace heddle::runtime {

class learned_sizes {
 public:
  std::uint32_t of(location_id location) const {
    return location < sizes_.size() && sizes_[location] > 1 ? sizes_[location] : 1;
  }

  /// True: that is more than was known.
  bool learn(location_id location, std::uint32_t size) {
    if (size <= of(location)) return false;
    if (location >= sizes_.size()) sizes_.resize(location + 1u);
    sizes_[location] = size;
    return true;
  }

 private:
  std::vector<std::uint32_t> sizes_;  // by location, of all executions
};

}  // namespace heddle::runtime
