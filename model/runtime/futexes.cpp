#include "model/runtime/futexes.hpp"

#include <linux/futex.h>

#include <cerrno>
#include <ctime>

#include "model/runtime/deadlines.hpp"
#include "model/runtime/engine.hpp"

namespace heddle::runtime {
namespace {

/// When the wait ends: plain waits give a duration, the others a point in time.
std::optional<deadline> end_of(engine& e, std::uintptr_t command, const timespec& given) {
  if ((command & FUTEX_CMD_MASK) == FUTEX_WAIT) return deadline_after(e, given);
  const bool real = (command & FUTEX_CLOCK_REALTIME) != 0;
  return deadline_at(e, real ? CLOCK_REALTIME : CLOCK_MONOTONIC, given);
}

/// 0, or the error.
int wait(engine& e, std::uintptr_t address, std::uintptr_t command, std::uint32_t expected,
         const timespec* when) {
  if (address % 4 != 0) return EINVAL;
  std::optional<deadline> until;
  if (when != nullptr) {
    until = end_of(e, command, *when);
    if (!until) return EINVAL;
  }
  const bool timed = until && !until->never;
  const value native{*reinterpret_cast<const volatile std::uint32_t*>(address), 0};
  const std::uint32_t object = e.object_at(address, 4, object_kind::atomic, native);
  operation op;
  op.kind = operation_kind::load;
  op.order = memory_order::acquire;  // to go through the kernel is a barrier
  op.size = 4;
  op.location = e.sync_objects()[object].location;
  if (!timed) {
    op.wait = wait_condition::not_equal;
    op.wait_operand = expected;
  }
  e.waits_for("futex", object);
  const std::uintptr_t place = e.self().waits_at;
  const step s = e.perform(op, timed ? "timed wait" : "wait", address);
  e.self().waits = nullptr;
  e.check_atomic(object, 4, false, place);
  if (!timed) {
    e.futex_calls().waits.push_back(
        {e.running(), e.view().clock - 1, op.location, address, expected, place});
    return 0;
  }
  if (s.result.low != expected) return 0;
  reached(e, *until);
  return ETIMEDOUT;
}

}  // namespace

long futex_system_call(engine& e, const std::array<std::uintptr_t, 6>& given) {
  const std::uintptr_t address = given[1];
  const std::uintptr_t command = given[2];
  const auto number = static_cast<std::uint32_t>(given[3]);
  switch (command & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
      const int error =
          wait(e, address, command, number, reinterpret_cast<const timespec*>(given[4]));
      if (error == 0) return 0;
      errno = error;
      return -1;
    }
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      e.futex_calls().wakes.push_back({e.running(), e.view().clock, address, number, e.place(0)});
      return 0;
    default:
      e.cannot("calls the kernel's futex with command " + std::to_string(command & FUTEX_CMD_MASK) +
               ", of which heddle models FUTEX_WAIT and FUTEX_WAKE (and their _BITSET variants)");
  }
}

}  // namespace heddle::runtime
