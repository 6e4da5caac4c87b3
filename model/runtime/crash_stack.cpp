#include "model/runtime/crash_stack.hpp"

#include <unwind.h>

namespace heddle::runtime {
namespace {

struct walk {
  std::uintptr_t instruction;
  std::span<std::uintptr_t> into;
  std::size_t* depth;

  bool add(std::uintptr_t address) {
    if (*depth == into.size()) return false;
    into[(*depth)++] = address;
    return true;
  }
};

// The frames of the handler itself come first and are passed over.
_Unwind_Reason_Code visit(_Unwind_Context* context, void* argument) {
  auto& walked = *static_cast<walk*>(argument);
  int before = 0;
  const std::uintptr_t address = _Unwind_GetIPInfo(context, &before);
  if (*walked.depth == 0) {
    if (address == walked.instruction) walked.add(address + 1);
    return _URC_NO_REASON;
  }
  return walked.add(before != 0 ? address + 1 : address) ? _URC_NO_REASON : _URC_END_OF_STACK;
}

void follow_frame_pointers(walk& walked, const interrupted_place& place,
                           std::span<const std::byte> stack) {
  const auto low = reinterpret_cast<std::uintptr_t>(stack.data());
  const auto holds = [&](std::uintptr_t at, std::size_t bytes) {
    return at % 8 == 0 && at >= low && at - low <= stack.size() - bytes;
  };
  const auto word = [](std::uintptr_t at) { return *reinterpret_cast<const std::uintptr_t*>(at); };
  if (holds(place.stack_pointer, 8)) walked.add(word(place.stack_pointer));
  std::uintptr_t frame = place.frame_pointer;
  while (holds(frame, 16)) {
    const std::uintptr_t address = word(frame + 8);
    if (address == 0 || !walked.add(address) || word(frame) <= frame) return;
    frame = word(frame);
  }
}

}  // namespace

void walk_interrupted(const interrupted_place& place, std::span<const std::byte> stack,
                      std::span<std::uintptr_t> into, std::size_t* depth) {
  *depth = 0;
  walk walked{place.instruction, into, depth};
  _Unwind_Backtrace(&visit, &walked);
  if (*depth > 1) return;
  if (*depth == 0) walked.add(place.instruction + 1);
  follow_frame_pointers(walked, place, stack);
}

}  // namespace heddle::runtime
