// Which code of a program is a loop of the standard library that only reads again before it waits
// (runtime/library_spins.hpp): the debug information knows.
#pragma once

#include <cstdint>
#include <functional>

namespace heddle {

/// Whether what returns to an address is inlined into, or is, such a loop.
std::function<bool(std::uintptr_t)> library_spin_finder();

}  // namespace heddle
