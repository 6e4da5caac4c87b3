#include "model/runtime/library_spins.hpp"

#include <algorithm>

// std::__detail::__waiter_pool_base::_S_for(void const*)::__w; null if the program has none.
extern "C" [[gnu::weak]] char heddle_waiter_table[] __asm__(
    "_ZZNSt8__detail18__waiter_pool_base6_S_forEPKvE3__w");

namespace heddle::runtime {

library_spins::library_spins(std::function<bool(std::uintptr_t)> is_spin)
    : is_spin_(std::move(is_spin)) {
  char* table = heddle_waiter_table;
  asm("" : "+r"(table));  // the compiler thinks that arrays are never null
  table_ = table == nullptr ? no_table : reinterpret_cast<std::uintptr_t>(table);
}

bool library_spins::is_spin(std::uintptr_t pc) {
  if (!is_spin_) return false;
  const auto [at, fresh] = known_.try_emplace(pc, false);
  if (fresh) at->second = is_spin_(pc);
  return at->second;
}

bool library_spins::is_one(const call_stack& stack) {
  if (!is_spin_) return false;
  // heddle's own functions, then at -O0 the load, the predicate, and what they are made of.
  constexpr std::size_t deepest = 16;
  const std::size_t depth = std::min(stack.size(), deepest);
  return std::any_of(stack.begin(), stack.begin() + static_cast<std::ptrdiff_t>(depth),
                     [this](std::uintptr_t pc) { return is_spin(pc); });
}

}  // namespace heddle::runtime
