// Random litmus tests. Each program first draws its own flavour: how many threads and operations,
// which kinds of operations exist at all and how often, which orders. So that some programs are all
// locks, some all seq_cst, some have nothing but relaxed read-modify-writes on one location ("swarm
// testing": Groce et al., ISSTA 2012).
#pragma once

#include <cstdint>
#include <string>

namespace heddle::testing {

struct random_program_limits {
  unsigned min_operations = 3;
  unsigned max_operations = 10;  // a lock with its unlock counts as one
  bool stops = true;             // assume, choose, awaits and assertions may occur
  bool locks = true;
};

/// The text of a litmus test; the same for the same seed and limits, on every platform.
std::string random_program(std::uint64_t seed, const random_program_limits& limits = {});

}  // namespace heddle::testing
