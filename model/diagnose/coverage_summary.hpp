// What drawn executions have shown of a program and what they have not: see coverage.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace heddle {

struct coverage_summary {
  /// Two places, as "store at queue.cpp:12".
  struct place_pair {
    std::string first;
    std::string second;
    friend bool operator==(const place_pair&, const place_pair&) = default;
  };
  std::uint64_t executions = 0;
  std::uint64_t last_new = 0;  // the number of the last that showed something new, from 1
  bool stopped_early = false;  // since nothing new had come for long

  std::uint64_t racing = 0;           // pairs of racing places
  std::vector<place_pair> one_order;  // of these: `first` never came after `second`
  std::uint64_t reads_from = 0;       // pairs of a write's place and that of a read that saw it
  std::vector<place_pair> unread;     // `second` could have seen `first`, and never did
};

}  // namespace heddle
