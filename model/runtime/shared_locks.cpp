// Shared locks (pthread_rwlock_t, std::shared_mutex). One is a row of slots, one for each thread
// that shares it: who shares it locks its own slot, who wants it alone locks all of them, one after
// the other. So readers commute: their number does not multiply the executions. How many slots
// there are is learnt (learned_sizes.hpp).
//
// A writer that waits for one reader keeps others out meanwhile. POSIX leaves that open, and C++
// too: programs must not rely on the contrary.
#include <pthread.h>

#include <cerrno>

#include "model/runtime/deadlines.hpp"
#include "model/runtime/object_life.hpp"
#include "model/runtime/real_function.hpp"
#include "model/runtime/word.hpp"

namespace heddle::runtime {
namespace {

enum class patience { waits, tries, times_out };

struct shared_lock {
  std::uint32_t object;
  location_id location;
};

shared_lock lock_at(engine& e, pthread_rwlock_t* memory, const char* verb) {
  const std::uint32_t object =
      live_object(e, memory, sizeof *memory, object_kind::shared_lock, {}, verb);
  return {object, e.sync_objects()[object].location};
}

word slot(engine& e, const shared_lock& lock, std::uint32_t number) {
  return {e, e.hidden(object_kind::shared_lock, lock.location, number),
          e.sync_objects()[lock.object].address};
}

bool take_slot(engine& e, const shared_lock& lock, std::uint32_t number, patience how,
               const char* name) {
  const std::uint64_t mine = e.running() + 1u;
  word w = slot(e, lock, number);
  if (how != patience::waits) {
    return w.exchange_if({}, {mine, 0}, memory_order::acquire, name);
  }
  e.waits_for("shared lock", lock.object);
  w.await_exchange(0, mine, memory_order::acquire, name);
  e.self().waits = nullptr;
  return true;
}

/// Whether it is taken now.
bool share(engine& e, pthread_rwlock_t* memory, patience how) {
  const shared_lock lock = lock_at(e, memory, "locks");
  if (held_mutex* held = find_held(e, lock.object)) {
    if (held->shared) {
      ++held->depth;
      return true;
    }
    if (how == patience::tries) return false;
    misuse(e, "shares a lock that it holds alone",
           {{"it was locked here", e.running(), e.stack_of_place(held->place)}});
  }
  e.learn_size(lock.location, e.running() + 1u);
  const bool taken = take_slot(e, lock, e.running(), how, "rw lock shared");
  touch_object(e, lock.object);
  if (taken) note_held(e, lock.object, 1, true);
  return taken;
}

void free_slots(engine& e, const shared_lock& lock, std::uint32_t count) {
  for (std::uint32_t s = 0; s < count; ++s) {
    slot(e, lock, s).store(0, memory_order::release, "rw unlock");
  }
}

/// Whether it is taken now.
bool take_alone(engine& e, pthread_rwlock_t* memory, patience how) {
  const shared_lock lock = lock_at(e, memory, "locks");
  if (const held_mutex* held = find_held(e, lock.object)) {
    if (how == patience::tries) return false;
    misuse(e,
           held->shared ? "locks alone what it shares already"
                        : "locks a shared lock that it holds already",
           {{"it was locked here", e.running(), e.stack_of_place(held->place)}});
  }
  const std::uint32_t slots = e.size_of(lock.location);
  for (std::uint32_t s = 0; s < slots; ++s) {
    if (take_slot(e, lock, s, how, "rw lock")) continue;
    free_slots(e, lock, s);
    return false;
  }
  touch_object(e, lock.object);
  note_held(e, lock.object, slots, false);
  return true;
}

int unlock(pthread_rwlock_t* memory) {
  engine::visit v;
  engine& e = v.e;
  const shared_lock lock = lock_at(e, memory, "unlocks");
  held_mutex* const held = find_held(e, lock.object);
  if (held == nullptr) misuse(e, "unlocks a shared lock that it does not hold");
  const held_mutex was = *held;
  if (was.shared && --held->depth > 0) return 0;
  drop_held(e, held);
  if (was.shared) {
    slot(e, lock, e.running()).store(0, memory_order::release, "rw unlock shared");
  } else {
    free_slots(e, lock, was.depth);
  }
  touch_object(e, lock.object);
  return 0;
}

int destroy(pthread_rwlock_t* memory) {
  engine::visit v;
  const shared_lock lock = lock_at(v.e, memory, "destroys");
  for (thread_id t = 0; t < v.e.threads_used(); ++t) {
    for (const held_mutex& held : v.e.thread(t).held) {
      if (held.object != lock.object) continue;
      misuse(v.e, "destroys a shared lock that " + thread_name(t) + " holds",
             {{"it was locked here", t, v.e.stack_of_place(held.place)}});
    }
  }
  destroy_object(v.e, lock.object);
  return 0;
}

using locking = bool (*)(engine&, pthread_rwlock_t*, patience);

int lock(pthread_rwlock_t* memory, locking how, patience waits) {
  engine::visit v;
  return how(v.e, memory, waits) ? 0 : EBUSY;
}

int timed_lock(pthread_rwlock_t* memory, locking how, clockid_t clock, const timespec* when) {
  engine::visit v;
  const auto until = deadline_at(v.e, clock, *when);
  if (!until) return EINVAL;
  if (how(v.e, memory, until->never ? patience::waits : patience::times_out)) return 0;
  reached(v.e, *until);
  return ETIMEDOUT;
}

using plain_call = int(pthread_rwlock_t*);
using timed_call = int(pthread_rwlock_t*, const timespec*);
using clock_call = int(pthread_rwlock_t*, clockid_t, const timespec*);
constinit real_function<int(pthread_rwlock_t*, const pthread_rwlockattr_t*)> real_init{
    "pthread_rwlock_init"};
constinit real_function<plain_call> real_destroy{"pthread_rwlock_destroy"};
constinit real_function<plain_call> real_share{"pthread_rwlock_rdlock"};
constinit real_function<plain_call> real_try_share{"pthread_rwlock_tryrdlock"};
constinit real_function<timed_call> real_timed_share{"pthread_rwlock_timedrdlock"};
constinit real_function<clock_call> real_clock_share{"pthread_rwlock_clockrdlock"};
constinit real_function<plain_call> real_lock{"pthread_rwlock_wrlock"};
constinit real_function<plain_call> real_try_lock{"pthread_rwlock_trywrlock"};
constinit real_function<timed_call> real_timed_lock{"pthread_rwlock_timedwrlock"};
constinit real_function<clock_call> real_clock_lock{"pthread_rwlock_clockwrlock"};
constinit real_function<plain_call> real_unlock{"pthread_rwlock_unlock"};

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int pthread_rwlock_init(pthread_rwlock_t* __restrict memory,
                        const pthread_rwlockattr_t* __restrict attributes) noexcept {
  if (engine::inside()) {
    engine::visit v;
    new_object(v.e, memory, sizeof *memory);
  }
  return real_init(memory, attributes);
}

int pthread_rwlock_destroy(pthread_rwlock_t* memory) noexcept {
  return engine::inside() ? destroy(memory) : real_destroy(memory);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* memory) noexcept {
  return engine::inside() ? lock(memory, share, patience::waits) : real_share(memory);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t* memory) noexcept {
  return engine::inside() ? lock(memory, share, patience::tries) : real_try_share(memory);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t* __restrict memory,
                               const timespec* __restrict when) noexcept {
  return engine::inside() ? timed_lock(memory, share, CLOCK_REALTIME, when)
                          : real_timed_share(memory, when);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t* __restrict memory, clockid_t clock,
                               const timespec* __restrict when) noexcept {
  return engine::inside() ? timed_lock(memory, share, clock, when)
                          : real_clock_share(memory, clock, when);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* memory) noexcept {
  return engine::inside() ? lock(memory, take_alone, patience::waits) : real_lock(memory);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t* memory) noexcept {
  return engine::inside() ? lock(memory, take_alone, patience::tries) : real_try_lock(memory);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t* __restrict memory,
                               const timespec* __restrict when) noexcept {
  return engine::inside() ? timed_lock(memory, take_alone, CLOCK_REALTIME, when)
                          : real_timed_lock(memory, when);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t* __restrict memory, clockid_t clock,
                               const timespec* __restrict when) noexcept {
  return engine::inside() ? timed_lock(memory, take_alone, clock, when)
                          : real_clock_lock(memory, clock, when);
}

int pthread_rwlock_unlock(pthread_rwlock_t* memory) noexcept {
  return engine::inside() ? unlock(memory) : real_unlock(memory);
}

}  // extern "C"
