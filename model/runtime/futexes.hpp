// The system call futex, as the program makes it: see program/futex_calls.hpp.
#pragma once

#include <array>
#include <cstdint>

#include "model/program/futex_calls.hpp"

namespace heddle::runtime {

class engine;

/// The system call with these arguments (its number is the first), from inside a visit. What it
/// returns; errno is set.
long futex_system_call(engine& e, const std::array<std::uintptr_t, 6>& given);

}  // namespace heddle::runtime
