// pthread spin locks: as mutexes that are not recursive.
#include <pthread.h>

#include <cerrno>

#include "model/runtime/object_life.hpp"
#include "model/runtime/real_function.hpp"
#include "model/runtime/word.hpp"

namespace heddle::runtime {
namespace {

void* memory_of(pthread_spinlock_t* lock) { return const_cast<int*>(lock); }

std::uint32_t object_of(engine& e, pthread_spinlock_t* lock, const char* verb) {
  return live_object(e, memory_of(lock), sizeof *lock, object_kind::spin_lock, {}, verb);
}

word word_of(engine& e, std::uint32_t object) {
  return {e, e.sync_objects()[object].location, e.sync_objects()[object].address};
}

int lock_spin(pthread_spinlock_t* lock, bool waits, std::uintptr_t pc) {
  engine::visit v;
  engine& e = v.e;
  const std::uint32_t object = object_of(e, lock, "locks");
  if (const held_mutex* held = find_held(e, object)) {
    if (!waits) return EBUSY;
    misuse(e, "locks a spin lock that it holds already",
           {{"it was locked here", e.running(), e.stack_of_place(held->place)}});
  }
  word w = word_of(e, object);
  const std::uint64_t mine = e.running() + 1u;
  bool taken = true;
  if (waits) {
    e.waits_for("lock", object);
    w.await_exchange(0, mine, memory_order::acquire, "spin lock");
    e.self().waits = nullptr;
  } else {
    e.check_spin(reinterpret_cast<std::uintptr_t>(lock), pc);
    taken = w.exchange_if({}, {mine, 0}, memory_order::acquire, "spin try lock");
  }
  touch_object(e, object);
  if (!taken) return EBUSY;
  note_held(e, object, 1, false);
  return 0;
}

int unlock_spin(pthread_spinlock_t* lock) {
  engine::visit v;
  engine& e = v.e;
  const std::uint32_t object = object_of(e, lock, "unlocks");
  held_mutex* const held = find_held(e, object);
  if (held == nullptr) misuse(e, "unlocks a spin lock that it does not hold");
  drop_held(e, held);
  word_of(e, object).store(0, memory_order::release, "spin unlock");
  touch_object(e, object);
  return 0;
}

constinit real_function<int(pthread_spinlock_t*, int)> real_init{"pthread_spin_init"};
constinit real_function<int(pthread_spinlock_t*)> real_destroy{"pthread_spin_destroy"};
constinit real_function<int(pthread_spinlock_t*)> real_lock{"pthread_spin_lock"};
constinit real_function<int(pthread_spinlock_t*)> real_try_lock{"pthread_spin_trylock"};
constinit real_function<int(pthread_spinlock_t*)> real_unlock{"pthread_spin_unlock"};

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int pthread_spin_init(pthread_spinlock_t* lock, int shared) noexcept {
  if (engine::inside()) {
    engine::visit v;
    new_object(v.e, memory_of(lock), sizeof *lock);
  }
  return real_init(lock, shared);
}

int pthread_spin_destroy(pthread_spinlock_t* lock) noexcept {
  if (!engine::inside()) return real_destroy(lock);
  engine::visit v;
  const std::uint32_t object = object_of(v.e, lock, "destroys");
  const heddle::thread_id owner = v.e.sync_objects()[object].owner;
  if (owner != heddle::no_thread) {
    misuse(v.e, "destroys a spin lock that " + heddle::thread_name(owner) + " holds");
  }
  destroy_object(v.e, object);
  return 0;
}

int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  return engine::inside() ? lock_spin(lock, true, 0) : real_lock(lock);
}

int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
  return engine::inside()
             ? lock_spin(lock, false, reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)))
             : real_try_lock(lock);
}

int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  return engine::inside() ? unlock_spin(lock) : real_unlock(lock);
}

}  // extern "C"
