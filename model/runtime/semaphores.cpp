// POSIX semaphores (sem_t). One that never counts beyond 1 is a word that a wait takes from 1 to 0,
// as a mutex is: each order is one execution. One that does is a word of 16 bytes, the count and a
// version that each change increments: a wait reads it and takes one off; where the count changes
// in between, the execution is that in which the read had seen the change, and is dropped.
#include <semaphore.h>

#include <cerrno>

#include "model/runtime/deadlines.hpp"
#include "model/runtime/object_life.hpp"
#include "model/runtime/real_function.hpp"
#include "model/runtime/word.hpp"

namespace heddle::runtime {
namespace {

struct semaphore {
  std::uint32_t object;
  location_id location;
  bool binary;
  word count;
};

semaphore semaphore_at(engine& e, sem_t* sem, const char* verb) {
  // Where the C library keeps the count that sem_init gives.
  const std::uint32_t initial = *reinterpret_cast<const volatile std::uint32_t*>(sem);
  const std::uint32_t object =
      live_object(e, sem, sizeof *sem, object_kind::semaphore, {initial, 0}, verb);
  const location_id location = e.sync_objects()[object].location;
  e.learn_size(location, initial);
  return {object, location, e.size_of(location) <= 1,
          word(e, location, reinterpret_cast<std::uintptr_t>(sem), 16)};
}

/// Takes one off `seen`.
void take(engine& e, semaphore& s, value seen) {
  const std::uint32_t read = last_event(e);
  if (!s.count.exchange_if(seen, {seen.low - 1, seen.high + 1}, memory_order::acquire,
                           "sem take")) {
    e.redundant(read);
  }
}

void wait(sem_t* sem) {
  engine::visit v;
  engine& e = v.e;
  semaphore s = semaphore_at(e, sem, "waits for");
  e.waits_for("semaphore", s.object);
  if (s.binary) {
    s.count.await_exchange(1, 0, memory_order::acquire, "sem wait");
  } else {
    take(e, s, s.count.await(wait_condition::greater, 0, memory_order::relaxed, "sem wait"));
  }
  e.self().waits = nullptr;
  touch_object(e, s.object);
}

/// Whether there was one to take.
bool try_wait(engine& e, sem_t* sem, const char* name) {
  semaphore s = semaphore_at(e, sem, "waits for");
  bool taken = false;
  if (s.binary) {
    taken = s.count.exchange_if({1, 0}, {0, 0}, memory_order::acquire, name);
  } else {
    const value seen = s.count.load(memory_order::relaxed, name);
    taken = seen.low > 0;
    if (taken) take(e, s, seen);
  }
  touch_object(e, s.object);
  return taken;
}

void post(sem_t* sem) {
  engine::visit v;
  semaphore s = semaphore_at(v.e, sem, "posts");
  const value before =
      s.count.modify(modification::add, {1, s.binary ? 0u : 1u}, memory_order::release, "sem post");
  v.e.learn_size(s.location, static_cast<std::uint32_t>(before.low + 1));
  touch_object(v.e, s.object);
}

/// 0, or the error.
int timed_wait(sem_t* sem, clockid_t clock, const timespec* when) {
  std::optional<deadline> until;
  {
    engine::visit v;
    until = deadline_at(v.e, clock, *when);
    if (!until) return EINVAL;
    if (!until->never) {
      if (try_wait(v.e, sem, "sem timed wait")) return 0;
      reached(v.e, *until);
      return ETIMEDOUT;
    }
  }
  wait(sem);
  return 0;
}

int answer(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

constinit real_function<int(sem_t*, int, unsigned)> real_init{"sem_init"};
constinit real_function<int(sem_t*)> real_destroy{"sem_destroy"};
constinit real_function<int(sem_t*)> real_wait{"sem_wait"};
constinit real_function<int(sem_t*)> real_try_wait{"sem_trywait"};
constinit real_function<int(sem_t*)> real_post{"sem_post"};
constinit real_function<int(sem_t*, int*)> real_value{"sem_getvalue"};
constinit real_function<int(sem_t*, const timespec*)> real_timed_wait{"sem_timedwait"};
constinit real_function<int(sem_t*, clockid_t, const timespec*)> real_clock_wait{"sem_clockwait"};

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int sem_init(sem_t* sem, int shared, unsigned count) noexcept {
  if (engine::inside()) {
    engine::visit v;
    new_object(v.e, sem, sizeof *sem);
  }
  return real_init(sem, shared, count);
}

int sem_destroy(sem_t* sem) noexcept {
  if (!engine::inside()) return real_destroy(sem);
  engine::visit v;
  destroy_object(v.e, semaphore_at(v.e, sem, "destroys").object);
  return 0;
}

int sem_wait(sem_t* sem) {
  if (!engine::inside()) return real_wait(sem);
  wait(sem);
  return 0;
}

int sem_trywait(sem_t* sem) noexcept {
  if (!engine::inside()) return real_try_wait(sem);
  const auto pc = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
  bool taken = false;
  {
    engine::visit v;
    v.e.check_spin(reinterpret_cast<std::uintptr_t>(sem), pc);
    taken = try_wait(v.e, sem, "sem try wait");
  }
  return answer(taken ? 0 : EAGAIN);
}

int sem_timedwait(sem_t* __restrict sem, const timespec* __restrict when) {
  return engine::inside() ? answer(timed_wait(sem, CLOCK_REALTIME, when))
                          : real_timed_wait(sem, when);
}

int sem_clockwait(sem_t* __restrict sem, clockid_t clock, const timespec* __restrict when) {
  return engine::inside() ? answer(timed_wait(sem, clock, when))
                          : real_clock_wait(sem, clock, when);
}

int sem_post(sem_t* sem) noexcept {
  if (!engine::inside()) return real_post(sem);
  post(sem);
  return 0;
}

int sem_getvalue(sem_t* __restrict sem, int* __restrict count) noexcept {
  if (!engine::inside()) return real_value(sem, count);
  engine::visit v;
  semaphore s = semaphore_at(v.e, sem, "asks the value of");
  *count = static_cast<int>(s.count.load(heddle::memory_order::relaxed, "sem value").low);
  return 0;
}

}  // extern "C"
