// The call stack at a place where a signal interrupted the program, as far as it can be had.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace heddle::runtime {

struct interrupted_place {
  std::uintptr_t instruction = 0;
  std::uintptr_t stack_pointer = 0;
  std::uintptr_t frame_pointer = 0;
};

/// Fills `into`, innermost first, and keeps `*depth` up to date as it goes, so that what was found
/// survives a crash of the walk itself. The entries are like return addresses: each may be looked
/// up one byte lower; so the first is the interrupted instruction plus one.
///
/// To be called from the signal handler. It unwinds with the tables of the program; where these do
/// not lead beyond the first frame (a call of a null pointer), it takes the word at the stack
/// pointer for the return address, and follows frame pointers, within `stack`.
void walk_interrupted(const interrupted_place& place, std::span<const std::byte> stack,
                      std::span<std::uintptr_t> into, std::size_t* depth);

}  // namespace heddle::runtime
