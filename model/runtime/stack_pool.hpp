// The stacks of the program's threads: one reservation at a fixed address, so that the address of
// a local variable depends on the thread's slot and on nothing else. Below each stack lies a guard
// that no access survives. A stack costs one system call when its slot is first opened, and none
// after that; its memory stays with the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace heddle::runtime {

class stack_pool {
 public:
  static constexpr int slots = 256;

  /// Where the stacks lie unless told otherwise: far from where Linux puts programs, libraries and
  /// heaps (0x0000'0040'0000, 0x5…, 0x7…).
  static constexpr std::uintptr_t default_base = 0x2000'0000'0000;

  /// Reserves the addresses; both sizes are rounded up to whole pages. The guard is wide because a
  /// function with a large frame steps over a narrow one, into its neighbour's stack. Throws
  /// std::runtime_error if the addresses are not free.
  stack_pool(std::size_t stack_bytes, std::size_t guard_bytes, std::uintptr_t base = default_base);
  ~stack_pool();
  stack_pool(const stack_pool&) = delete;
  stack_pool& operator=(const stack_pool&) = delete;

  /// Makes the slot's stack accessible. Throws std::system_error if there is no memory.
  void open(int slot);

  /// The whole stack of the slot, without its guard.
  std::span<std::byte> stack_of(int slot) const {
    return {reinterpret_cast<std::byte*>(base_ + static_cast<std::size_t>(slot) * stride_ + guard_),
            stack_};
  }

  /// Where the slot's first frame begins: below the end by a distance of its own, a multiple of 64
  /// bytes, so that the tops of the stacks do not compete for the same cache sets.
  std::byte* top_of(int slot) const {
    const std::span<std::byte> stack = stack_of(slot);
    return stack.data() + stack.size() - static_cast<std::size_t>(slot * 9 % 64) * 64;
  }

  /// Whether an access to `address` means that the stack above it has overflowed.
  bool is_guard(const void* address) const {
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(address) - base_;
    return offset < slots * stride_ && offset % stride_ < guard_;
  }

  bool contains(int slot, std::uintptr_t address) const {
    return address - reinterpret_cast<std::uintptr_t>(stack_of(slot).data()) < stack_;
  }

 private:
  std::uintptr_t base_;
  std::size_t guard_;
  std::size_t stack_;
  std::size_t stride_;
  bool open_[slots] = {};
};

/// Whether the address lies where the stacks of a usual pool may lie. May say so of neighbours.
constexpr bool is_on_stacks(std::uintptr_t address) {
  constexpr std::uintptr_t span = std::uintptr_t{1} << 36;
  return address - stack_pool::default_base < span;
}

}  // namespace heddle::runtime
