#include "model/runtime/spin_detector.hpp"

#include <unwind.h>

#include <algorithm>
#include <utility>

namespace heddle::runtime {
namespace {

constexpr std::size_t arrivals_kept = 64;  // reads of one loop iteration that can be recognised
constexpr std::size_t writes_kept = 64;    // and writes
constexpr std::size_t page = 4096;         // rare steps, so that the search seldom starts again

struct frame_state {
  std::uintptr_t pc;
  std::uintptr_t stack_pointer = 0;
  std::uint64_t registers[6] = {};
};

/// At the frame that will be returned to at `pc`: its callee-saved registers and stack pointer.
_Unwind_Reason_Code find_frame(_Unwind_Context* context, void* argument) {
  auto& state = *static_cast<frame_state*>(argument);
  if (_Unwind_GetIP(context) != state.pc) return _URC_NO_REASON;
  constexpr int callee_saved[] = {3, 6, 12, 13, 14, 15};  // rbx rbp r12-r15, DWARF numbers
  for (int i = 0; i < 6; ++i) state.registers[i] = _Unwind_GetGR(context, callee_saved[i]);
  state.stack_pointer = _Unwind_GetCFA(context);
  return _URC_END_OF_STACK;
}

using word = std::uint64_t __attribute__((may_alias));

struct compared_state {
  std::uint64_t hash = 0;  // 0: unknown
  std::size_t depth = 0;   // bytes of the stack that it stands for
};

compared_state state_of_caller(std::uintptr_t pc, std::span<const std::byte> stack) {
  frame_state frame{pc, 0, {}};
  _Unwind_Backtrace(find_frame, &frame);
  const auto begin = reinterpret_cast<std::uintptr_t>(stack.data());
  const std::uintptr_t end = begin + stack.size();
  if (frame.stack_pointer < begin || frame.stack_pointer >= end) return {};
  std::uint64_t hash = frame.stack_pointer;
  const auto mix = [&](std::uint64_t w) {
    hash = (hash ^ w) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  };
  for (const std::uint64_t r : frame.registers) mix(r);
  for (std::uintptr_t at = frame.stack_pointer & ~std::uintptr_t{7}; at + 8 <= end; at += 8) {
    mix(*reinterpret_cast<const word*>(at));
  }
  return {hash | 1, end - frame.stack_pointer};
}

}  // namespace

void spin_detector::new_execution() {
  for (history& past : threads_) forget(past);
}

void spin_detector::note(history& past, const write& w) {
  if (past.writes.size() == writes_kept) return forget(past);
  past.writes.push_back(w);
}

void spin_detector::store(history& past, std::uintptr_t address, value after) {
  for (std::size_t i = past.writes.size(); i-- > 0;) {
    if (past.writes[i].address == address) {
      return note(past, {address, past.writes[i].after, after});
    }
  }
  forget(past);
}

/// Whether each object written since then holds again what it held.
bool spin_detector::all_undone(const history& past, std::uint32_t since) {
  const std::span<const write> writes = std::span(past.writes).subspan(since);
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const auto here = [&](const write& w) { return w.address == writes[i].address; };
    const auto first = std::find_if(writes.begin(), writes.end(), here);
    const auto last = std::find_if(writes.rbegin(), writes.rend(), here);
    if (!(first->before == last->after)) return false;
  }
  return true;
}

bool spin_detector::learned() { return std::exchange(learned_, false); }

bool spin_detector::is_repeated_place(std::uintptr_t pc) const {
  return std::binary_search(repeated_places_.begin(), repeated_places_.end(), pc);
}

std::optional<std::uint32_t> spin_detector::arrives(thread_id thread, std::uintptr_t pc,
                                                    std::uintptr_t address, std::uint32_t index,
                                                    std::span<const std::byte> stack) {
  if (thread >= threads_.size()) threads_.resize(thread + 1u);
  history& past = threads_[thread];
  bool repeated = is_repeated_place(pc);
  if (!repeated) {
    for (const arrival& earlier : past.arrivals) {
      if (earlier.pc != pc || earlier.address != address) continue;
      if (!all_undone(past, earlier.writes)) continue;
      repeated_places_.insert(
          std::lower_bound(repeated_places_.begin(), repeated_places_.end(), pc), pc);
      learned_ = repeated = true;
      break;
    }
  }
  std::uint64_t state = 0;
  if (repeated) {
    const compared_state now = state_of_caller(pc, stack);
    state = now.hash;
    if (now.depth > depth_) {
      depth_ = (now.depth + page - 1) / page * page;
      learned_ = true;
    }
    for (const arrival& earlier : past.arrivals) {
      if (state == 0 || earlier.state != state || earlier.pc != pc) continue;
      if (!all_undone(past, earlier.writes)) continue;
      const std::uint32_t first = earlier.index;
      forget(past);
      past.arrivals.push_back({pc, address, state, index, 0});
      return first;
    }
  }
  if (past.arrivals.size() == arrivals_kept) past.arrivals.erase(past.arrivals.begin());
  past.arrivals.push_back(
      {pc, address, state, index, static_cast<std::uint32_t>(past.writes.size())});
  return std::nullopt;
}

}  // namespace heddle::runtime
