// Mutexes of every kind. A mutex is one location: 0 is free, t + 1 is held by thread t. Locking is
// a compare-exchange that waits for 0, so each order of the critical sections is one execution;
// the recursion of a recursive mutex is its owner's own business. The pthread_mutex_t itself is
// never written.
#include "model/runtime/mutexes.hpp"

#include <pthread.h>

#include <cerrno>

#include "model/runtime/engine.hpp"
#include "model/runtime/library_calls.hpp"
#include "model/runtime/object_life.hpp"
#include "model/runtime/real_function.hpp"
#include "model/runtime/robust_mutexes.hpp"

namespace heddle::runtime {
namespace {

constexpr std::uint8_t mutex_bytes = sizeof(pthread_mutex_t) < 255 ? sizeof(pthread_mutex_t) : 255;

int kind_of(const pthread_mutex_t* mutex) { return mutex->__data.__kind & 3; }

std::uint32_t object_of(engine& e, const pthread_mutex_t* mutex, const char* verb) {
  const std::uint32_t object =
      e.object_at(reinterpret_cast<std::uintptr_t>(mutex), mutex_bytes, object_kind::mutex, {});
  if (e.sync_objects()[object].destroyed) {
    const struct object& o = e.sync_objects()[object];
    e.fail(failure_kind::misuse,
           thread_name(e.running()) + " " + verb + " a mutex that has been destroyed",
           {{"it was destroyed here", o.ended_by, e.stack_of_place(o.place)}});
  }
  return object;
}

operation locking(engine& e, std::uint32_t object, bool waits) {
  operation op;
  op.kind = operation_kind::compare_exchange;
  op.order = memory_order::acquire;
  op.failure_order = waits ? memory_order::acquire : memory_order::relaxed;
  op.location = e.sync_objects()[object].location;
  op.operand = {static_cast<std::uint64_t>(e.running()) + 1, 0};
  if (waits) op.wait = wait_condition::equal;
  return op;
}

void take(engine& e, std::uint32_t object) {
  const std::uintptr_t place = e.place(0);
  e.self().held.push_back({object, 1, place, false});
  e.sync_objects()[object].owner = e.running();
  e.sync_objects()[object].place = place;
}

/// Announces a use of the mutex's memory, so that a plain write to it that is not ordered with
/// this one (its construction, its end) is a race.
void touch(engine& e, std::uint32_t object) { e.check_atomic(object, 4, true, 0); }

constinit real_function<int(pthread_mutex_t*)> real_lock{"pthread_mutex_lock"};
constinit real_function<int(pthread_mutex_t*)> real_try_lock{"pthread_mutex_trylock"};
constinit real_function<int(pthread_mutex_t*)> real_unlock{"pthread_mutex_unlock"};
constinit real_function<int(pthread_mutex_t*)> real_destroy{"pthread_mutex_destroy"};
constinit real_function<int(pthread_mutex_t*, const pthread_mutexattr_t*)> real_init{
    "pthread_mutex_init"};

}  // namespace

bool holds_mutex(engine& e, const pthread_mutex_t* mutex) {
  return find_held(e, object_of(e, mutex, "waits with")) != nullptr;
}

namespace {

/// Whether there was anything to do: a mutex may be held already, `result` says how that ends.
bool wait_and_take(pthread_mutex_t* mutex, std::uintptr_t pc, std::uint32_t& object, int& result) {
  engine::visit v;
  engine& e = v.e;
  object = object_of(e, mutex, "locks");
  if (held_mutex* held = find_held(e, object)) {
    switch (kind_of(mutex)) {
      case PTHREAD_MUTEX_RECURSIVE:
        ++held->depth;
        return false;
      case PTHREAD_MUTEX_ERRORCHECK:
        result = EDEADLK;
        return false;
      default:
        e.fail(failure_kind::misuse,
               thread_name(e.running()) + " locks a mutex that it holds already",
               {{"it was locked here", e.running(), e.stack_of_place(held->place)}});
    }
  }
  if (pc != 0) e.check_spin(reinterpret_cast<std::uintptr_t>(mutex), pc);
  model_thread& self = e.self();
  self.waits = "lock";
  self.awaited_object = object;
  self.waits_at = e.place(0);
  e.perform_undoable(locking(e, object, true), "lock", reinterpret_cast<std::uintptr_t>(mutex));
  self.waits = nullptr;
  touch(e, object);
  take(e, object);
  return true;
}

/// The same without waiting; `result` is EBUSY if the mutex is taken.
bool try_and_take(pthread_mutex_t* mutex, const char* name, std::uintptr_t pc,
                  std::uint32_t& object, int& result) {
  engine::visit v;
  engine& e = v.e;
  object = object_of(e, mutex, "locks");
  if (held_mutex* held = find_held(e, object)) {
    if (kind_of(mutex) != PTHREAD_MUTEX_RECURSIVE) {
      result = EBUSY;
    } else {
      ++held->depth;
    }
    return false;
  }
  if (pc != 0) e.check_spin(reinterpret_cast<std::uintptr_t>(mutex), pc);
  const step s =
      e.perform_undoable(locking(e, object, false), name, reinterpret_cast<std::uintptr_t>(mutex));
  touch(e, object);
  if (s.result.low != 0) {
    result = EBUSY;
    return false;
  }
  take(e, object);
  return true;
}

}  // namespace

int lock_mutex(pthread_mutex_t* mutex, std::uintptr_t pc) {
  std::uint32_t object = 0;
  int result = 0;
  return wait_and_take(mutex, pc, object, result) ? result_of_locking(mutex, object) : result;
}

int try_lock_mutex(pthread_mutex_t* mutex, const char* name, std::uintptr_t pc) {
  std::uint32_t object = 0;
  int result = 0;
  return try_and_take(mutex, name, pc, object, result) ? result_of_locking(mutex, object) : result;
}

namespace {

void give_up(engine& e, pthread_mutex_t* mutex, held_mutex* held) {
  const std::uint32_t object = held->object;
  e.self().held.erase(e.self().held.begin() + (held - e.self().held.data()));
  e.sync_objects()[object].owner = no_thread;
  operation op;
  op.kind = operation_kind::store;
  op.order = memory_order::release;
  op.location = e.sync_objects()[object].location;
  e.perform_undoable(op, "unlock", reinterpret_cast<std::uintptr_t>(mutex));
  touch(e, object);
}

}  // namespace

int unlock_mutex(pthread_mutex_t* mutex) {
  engine::visit v;
  engine& e = v.e;
  const std::uint32_t object = object_of(e, mutex, "unlocks");
  held_mutex* const held = find_held(e, object);
  if (held == nullptr) {
    const struct object& o = e.sync_objects()[object];
    if (kind_of(mutex) == PTHREAD_MUTEX_ERRORCHECK) return EPERM;
    if (o.owner == no_thread) {
      e.fail(failure_kind::misuse, thread_name(e.running()) + " unlocks a mutex that nobody holds");
    }
    e.fail(failure_kind::misuse,
           thread_name(e.running()) + " unlocks a mutex that " + thread_name(o.owner) + " holds",
           {{"it was locked here", o.owner, e.stack_of_place(o.place)}});
  }
  if (--held->depth > 0) return 0;
  struct object& o = e.sync_objects()[object];
  o.lost |= o.owner_died;
  give_up(e, mutex, held);
  return 0;
}

void release_mutex(pthread_mutex_t* mutex) {
  engine::visit v;
  held_mutex* const held = find_held(v.e, object_of(v.e, mutex, "unlocks"));
  if (held != nullptr) give_up(v.e, mutex, held);
}

std::uint32_t mutex_object(engine& e, const pthread_mutex_t* mutex) {
  return object_of(e, mutex, "uses");
}

namespace {

int destroy_mutex(pthread_mutex_t* mutex) {
  engine::visit v;
  engine& e = v.e;
  const std::uint32_t object = object_of(e, mutex, "destroys");
  const struct object o = e.sync_objects()[object];
  if (o.owner != no_thread) {
    e.fail(failure_kind::misuse,
           thread_name(e.running()) + " destroys a mutex that " + thread_name(o.owner) + " holds",
           {{"it was locked here", o.owner, e.stack_of_place(o.place)}});
  }
  e.sync_objects()[object].destroyed = true;
  e.sync_objects()[object].ended_by = e.running();
  e.sync_objects()[object].place = e.place(0);
  return 0;
}

/// Whether a call on this mutex is an operation of the program.
bool is_modelled(const pthread_mutex_t* mutex, const void* caller) {
  return engine::inside() && !is_library_business(mutex, reinterpret_cast<std::uintptr_t>(caller));
}

/// The same of an unlock: a library unlocks for real what it has locked for real.
bool is_unlock_modelled(const pthread_mutex_t* mutex) {
  if (!engine::inside()) return false;
  if (!is_library_object(mutex)) return true;
  engine::visit v;
  for (const held_mutex& h : v.e.self().held) {
    if (v.e.sync_objects()[h.object].address == reinterpret_cast<std::uintptr_t>(mutex))
      return true;
  }
  return false;
}

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  const void* const caller = __builtin_return_address(0);
  return is_modelled(mutex, caller) ? lock_mutex(mutex, reinterpret_cast<std::uintptr_t>(caller))
                                    : real_lock(mutex);
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  const void* const caller = __builtin_return_address(0);
  return is_modelled(mutex, caller)
             ? try_lock_mutex(mutex, "try_lock", reinterpret_cast<std::uintptr_t>(caller))
             : real_try_lock(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  return is_unlock_modelled(mutex) ? unlock_mutex(mutex) : real_unlock(mutex);
}

/// A new mutex: an old one at the same place ends.
int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) noexcept {
  if (engine::inside()) {
    engine::visit v;
    v.e.plain(reinterpret_cast<std::uintptr_t>(mutex), sizeof *mutex, true,
              reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
  }
  return real_init(mutex, attributes);
}

int pthread_mutex_destroy(pthread_mutex_t* mutex) noexcept {
  return is_modelled(mutex, __builtin_return_address(0)) ? destroy_mutex(mutex)
                                                         : real_destroy(mutex);
}

}  // extern "C"
