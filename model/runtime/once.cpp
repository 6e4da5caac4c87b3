// pthread_once (std::call_once) and the guards of function-local statics. Each is one location:
// 0 is new, 1 is being initialised, 2 is done. Coming to it is a compare-exchange 0 -> 1 that waits
// while it is 1: whoever finds 0 initialises, whoever finds 2 goes on.
#include <cxxabi.h>
#include <pthread.h>

#include "model/runtime/engine.hpp"
#include "model/runtime/library_calls.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {
namespace {

constexpr std::uint64_t fresh = 0;
constexpr std::uint64_t running = 1;
constexpr std::uint64_t done = 2;

std::uint32_t object_of(engine& e, std::uintptr_t address, bool done_before) {
  return e.object_at(address, 1, object_kind::once, {done_before ? done : fresh, 0});
}

/// Whether the caller is to initialise.
bool enter(engine& e, std::uint32_t object, const char* name) {
  operation op;
  op.kind = operation_kind::compare_exchange;
  op.order = op.failure_order = memory_order::acquire;
  op.location = e.sync_objects()[object].location;
  op.expected = {fresh, 0};
  op.operand = {running, 0};
  op.wait = wait_condition::not_equal;
  op.wait_operand = running;
  model_thread& self = e.self();
  self.waits = "once";
  self.awaited_object = object;
  self.waits_at = e.place(0);
  const step s = e.perform(op, name, e.sync_objects()[object].address);
  self.waits = nullptr;
  if (s.result.low != fresh) return false;
  e.sync_objects()[object].owner = e.running();
  e.sync_objects()[object].place = self.waits_at;
  return true;
}

void leave(engine& e, std::uint32_t object, std::uint64_t state, const char* name) {
  e.sync_objects()[object].owner = no_thread;
  operation op;
  op.kind = operation_kind::store;
  op.order = memory_order::release;
  op.location = e.sync_objects()[object].location;
  op.operand = {state, 0};
  e.perform(op, name, e.sync_objects()[object].address);
}

std::uint32_t guard_object(engine& e, void* guard) {
  // The byte after the one that the compiler's fast path looks at.
  return object_of(e, reinterpret_cast<std::uintptr_t>(guard) + 1, *static_cast<char*>(guard) != 0);
}

/// Statics of shared libraries are not rolled back between executions: they are initialised once,
/// for real.
bool is_ours(const void* guard) {
  return engine::inside() &&
         engine::current()->statics().contains(reinterpret_cast<std::uintptr_t>(guard));
}

constinit real_function<int(pthread_once_t*, void (*)())> real_once{"pthread_once"};
constinit real_function<int(void*)> real_guard_acquire{"__cxa_guard_acquire"};
constinit real_function<void(void*)> real_guard_release{"__cxa_guard_release"};
constinit real_function<void(void*)> real_guard_abort{"__cxa_guard_abort"};

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" int pthread_once(pthread_once_t* control, void (*initialise)()) {
  if (!engine::inside()) return real_once(control, initialise);
  if (is_library_business(control, reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)))) {
    engine::visit v;  // what it allocates stays, like the library
    return real_once(control, initialise);
  }
  std::uint32_t object = 0;
  {
    engine::visit v;
    object = object_of(v.e, reinterpret_cast<std::uintptr_t>(control), (*control & 2) != 0);
    if (!enter(v.e, object, "call_once")) return 0;
  }
  try {
    initialise();
  } catch (...) {
    {
      engine::visit v;
      leave(v.e, object, fresh, "call_once throws");
    }
    throw;
  }
  engine::visit v;
  leave(v.e, object, done, "call_once done");
  return 0;
}

namespace __cxxabiv1 {

extern "C" int __cxa_guard_acquire(__guard* guard) {
  if (!is_ours(guard)) return real_guard_acquire(guard);
  engine::visit v;
  return enter(v.e, guard_object(v.e, guard), "static init");
}

extern "C" void __cxa_guard_release(__guard* guard) noexcept {
  if (!is_ours(guard)) return real_guard_release(guard);
  engine::visit v;
  heddle::operation op;
  op.kind = heddle::operation_kind::store;
  op.order = heddle::memory_order::release;
  op.size = 1;
  op.operand = {1, 0};
  const std::uint32_t object = guard_object(v.e, guard);
  v.e.atomic(op, reinterpret_cast<std::uintptr_t>(guard), "static ready",
             reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
  leave(v.e, object, done, "static done");
}

extern "C" void __cxa_guard_abort(__guard* guard) noexcept {
  if (!is_ours(guard)) return real_guard_abort(guard);
  engine::visit v;
  leave(v.e, guard_object(v.e, guard), fresh, "static init throws");
}

}  // namespace __cxxabiv1
