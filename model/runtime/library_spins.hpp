// What libstdc++ does before it waits in std::atomic::wait, a semaphore, latch or barrier, and what
// heddle makes of it: it reads the atomic object sixteen times more (__atomic_spin), and counts its
// waiters in a table that objects of any kind share, to save needless system calls. Explored as
// they stand, the reads multiply the executions and the table orders threads that have nothing to
// do with each other. Neither can change what the program does: a read that is repeated there sees
// the same again, and the table always says that somebody may be waiting.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>

#include "model/program/failure.hpp"

namespace heddle::runtime {

class library_spins {
 public:
  /// `is_spin` tells whether the code at a return address is such a loop; may be empty.
  explicit library_spins(std::function<bool(std::uintptr_t)> is_spin);

  /// Whether the code at a return address is in such a loop.
  bool is_spin(std::uintptr_t pc);

  /// Whether the innermost functions of the call stack are such a loop.
  bool is_one(const call_stack& stack);

  /// Whether the program has any such loop: they all come with the table.
  bool in_use() const { return table_ != no_table; }

  /// Whether the address is that of a count of waiters.
  bool is_waiter_count(std::uintptr_t address) const {
    return address - table_ < table_bytes && (address - table_) % entry_bytes == 0;
  }

 private:
  static constexpr std::uintptr_t entry_bytes = 128;  // the count, and 64 bytes later a version
  static constexpr std::uintptr_t table_bytes = 16 * entry_bytes;
  static constexpr std::uintptr_t no_table = ~std::uintptr_t{0};  // no address is that far behind

  std::function<bool(std::uintptr_t)> is_spin_;
  std::unordered_map<std::uintptr_t, bool> known_;
  std::uintptr_t table_;
};

}  // namespace heddle::runtime
