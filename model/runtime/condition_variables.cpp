// Condition variables. One is a word of 16 bytes: which threads wait (96 bits), and a version
// (32 bits) that each change increments. Each thread has a second word, how often it was woken.
//
//   wait      adds its thread to the word; unlocks; awaits its wake-up; locks.
//   signal    reads the word. If somebody waits it chooses one (all are explored), takes it out
//             and wakes it.
//   broadcast takes all out.
//   A timed wait looks once whether it has been woken; if not, it takes itself out.
//
// To read the word and to change it are two operations. Where another thread comes in between, the
// execution is no other than the one in which the read had seen that already, and is dropped. Under
// the mutex, and where nobody waits, nothing can come in between: then signals cost one read and
// commute. The operations order nothing by themselves ([thread.condition]: a notification does not
// synchronise with the wait that it ends); what does is the mutex.
#include <pthread.h>

#include <bit>
#include <cerrno>

#include "model/runtime/deadlines.hpp"
#include "model/runtime/mutexes.hpp"
#include "model/runtime/object_life.hpp"
#include "model/runtime/real_function.hpp"
#include "model/runtime/word.hpp"

namespace heddle::runtime {
namespace {

constexpr thread_id most_threads = 96;
constexpr std::uint64_t one_version = std::uint64_t{1} << 32;

value bit_of(thread_id t) {
  return t < 64 ? value{std::uint64_t{1} << t, 0} : value{0, std::uint64_t{1} << (t - 64)};
}

bool has(value waiting, thread_id t) {
  const value bit = bit_of(t);
  return ((waiting.low & bit.low) | (waiting.high & bit.high)) != 0;
}

unsigned waiters(value v) {
  return static_cast<unsigned>(std::popcount(v.low) + std::popcount(v.high & (one_version - 1)));
}

std::uint32_t version_of(value v) { return static_cast<std::uint32_t>(v.high >> 32); }

/// The waiting thread number `n`.
thread_id nth_waiter(value v, std::uint64_t n) {
  for (thread_id t = 0;; ++t) {
    if (has(v, t) && n-- == 0) return t;
  }
}

value without(value v, thread_id t) {
  const value bit = bit_of(t);
  return {v.low & ~bit.low, (v.high & ~bit.high) + one_version};
}

struct condition {
  std::uint32_t object;
  location_id location;
  word waiting;
};

condition condition_at(engine& e, pthread_cond_t* cond, const char* verb) {
  const std::uint32_t object = live_object(e, cond, sizeof *cond, object_kind::condition, {}, verb);
  const location_id location = e.sync_objects()[object].location;
  return {object, location, word(e, location, reinterpret_cast<std::uintptr_t>(cond), 16)};
}

word wake_ups_of(engine& e, thread_id t, const pthread_cond_t* shown) {
  return {e, e.hidden(object_kind::wake_up, t, 0), reinterpret_cast<std::uintptr_t>(shown)};
}

/// All who wait at the same time must do so with the same mutex.
void check_mutex(engine& e, const condition& c, value waiting, const pthread_mutex_t* mutex) {
  for (thread_id t = 0; t < most_threads; ++t) {
    if (!has(waiting, t)) continue;
    const condition_wait* its = nullptr;
    for (const condition_wait& w : e.thread(t).condition_waits) {
      if (w.condition == c.location && w.version <= version_of(waiting)) its = &w;
    }
    if (its == nullptr || its->mutex == reinterpret_cast<std::uintptr_t>(mutex)) continue;
    e.fail(failure_kind::misuse,
           thread_name(e.running()) + " waits on a condition variable with one mutex while " +
               thread_name(t) + " waits on it with another",
           {{thread_name(t) + " waits here", t, e.stack_of_place(its->place)}});
  }
}

/// Whether this wait is one that ends by itself: each thread has at most one for each condition
/// variable, for a loop around a wait would else never end.
bool wakes_spuriously(engine& e, const condition& c) {
  if (!e.spurious()) return false;
  for (const condition_wait& w : e.self().condition_waits) {
    if (w.condition == c.location && w.spurious) return false;
  }
  return e.choose(2, "cv spurious?", 0) != 0;
}

/// The first half of a wait: whoever signals from now on can wake this thread.
void begin_wait(engine& e, condition& c, const pthread_mutex_t* mutex, bool spurious) {
  const thread_id me = e.running();
  if (me >= most_threads) {
    e.cannot("waits on a condition variable in " + thread_name(me) +
             "; heddle models it for the first " + std::to_string(most_threads) + " threads");
  }
  const value bit = bit_of(me);
  const value before = c.waiting.modify(modification::add, {bit.low, bit.high + one_version},
                                        memory_order::relaxed, "cv wait");
  touch_object(e, c.object);
  check_mutex(e, c, before, mutex);
  e.self().condition_waits.push_back({c.location, version_of(before) + 1,
                                      reinterpret_cast<std::uintptr_t>(mutex), e.place(0),
                                      spurious});
}

/// The thread goes on without having been woken. Where it had been, the execution is dropped:
/// `stale_read` is where it could have seen that.
void leave(engine& e, condition& c, const char* name, std::uint32_t stale_read) {
  const value bit = bit_of(e.running());
  const value before =
      c.waiting.modify(modification::bit_and, {~bit.low, ~bit.high}, memory_order::relaxed, name);
  if (!has(before, e.running())) e.redundant(stale_read);
}

/// The second half of a wait. -> 0 or ETIMEDOUT.
int end_wait(engine& e, condition& c, pthread_cond_t* cond, bool spurious,
             const std::optional<deadline>& until) {
  model_thread& self = e.self();
  word woken = wake_ups_of(e, e.running(), cond);
  if (spurious) {
    leave(e, c, "cv spurious wake-up", last_event(e));
    return 0;
  }
  if (until && !until->never) {
    if (woken.load(memory_order::relaxed, "cv woken?").low <= self.wake_ups) {
      leave(e, c, "cv timeout", last_event(e));
      reached(e, *until);
      return ETIMEDOUT;
    }
  } else {
    e.waits_for("condition", c.object);
    woken.await(wait_condition::greater, self.wake_ups, memory_order::relaxed, "cv woken");
    self.waits = nullptr;
  }
  ++self.wake_ups;
  return 0;
}

int wait_on(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock, const timespec* when) {
  bool spurious = false;
  std::optional<deadline> until;
  {
    engine::visit v;
    engine& e = v.e;
    condition c = condition_at(e, cond, "waits on");
    if (when != nullptr) {
      until = deadline_at(e, clock, *when);
      if (!until) return EINVAL;
    }
    if (!holds_mutex(e, mutex)) {
      e.fail(failure_kind::misuse, thread_name(e.running()) +
                                       " waits on a condition variable with a mutex that it does "
                                       "not hold");
    }
    spurious = wakes_spuriously(e, c);
    begin_wait(e, c, mutex, spurious);
  }
  unlock_mutex(mutex);
  int result = 0;
  {
    engine::visit v;
    condition c = condition_at(v.e, cond, "waits on");
    result = end_wait(v.e, c, cond, spurious, until);
  }
  lock_mutex(mutex);
  return result;
}

int wake(pthread_cond_t* cond, bool all) {
  engine::visit v;
  engine& e = v.e;
  const char* const name = all ? "cv notify all" : "cv notify one";
  condition c = condition_at(e, cond, all ? "broadcasts" : "signals");
  const value waiting = c.waiting.load(memory_order::relaxed, name);
  const std::uint32_t read = last_event(e);
  touch_object(e, c.object);
  const unsigned count = waiters(waiting);
  if (count == 0) return 0;
  const std::uint64_t which =
      all || count == 1 ? 0 : e.choose(count, "cv which?", reinterpret_cast<std::uintptr_t>(cond));
  const value left = all ? value{0, (waiting.high & ~(one_version - 1)) + one_version}
                         : without(waiting, nth_waiter(waiting, which));
  if (!c.waiting.exchange_if(waiting, left, memory_order::relaxed, "cv take out")) {
    e.redundant(read);
  }
  for (thread_id t = 0; t < most_threads; ++t) {
    if (!has(waiting, t) || has(left, t)) continue;
    wake_ups_of(e, t, cond).modify(modification::add, {1, 0}, memory_order::relaxed, "cv wake");
  }
  return 0;
}

int destroy(pthread_cond_t* cond) {
  engine::visit v;
  engine& e = v.e;
  condition c = condition_at(e, cond, "destroys");
  const value waiting = c.waiting.load(memory_order::relaxed, "cv destroy");
  if (waiters(waiting) != 0) {
    const thread_id t = nth_waiter(waiting, 0);
    e.fail(failure_kind::misuse,
           thread_name(e.running()) + " destroys a condition variable on which " + thread_name(t) +
               " waits",
           {{thread_name(t) + " waits here", t,
             e.thread(t).condition_waits.empty()
                 ? call_stack{}
                 : e.stack_of_place(e.thread(t).condition_waits.back().place)}});
  }
  destroy_object(e, c.object);
  return 0;
}

/// CLOCK_REALTIME unless pthread_condattr_setclock said otherwise; as the C library keeps it.
clockid_t clock_of(const pthread_cond_t* cond) {
  return (cond->__data.__wrefs & 2) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

constinit real_function<int(pthread_cond_t*, const pthread_condattr_t*)> real_init{
    "pthread_cond_init"};
constinit real_function<int(pthread_cond_t*)> real_destroy{"pthread_cond_destroy"};
constinit real_function<int(pthread_cond_t*)> real_signal{"pthread_cond_signal"};
constinit real_function<int(pthread_cond_t*)> real_broadcast{"pthread_cond_broadcast"};
constinit real_function<int(pthread_cond_t*, pthread_mutex_t*)> real_wait{"pthread_cond_wait"};
constinit real_function<int(pthread_cond_t*, pthread_mutex_t*, const timespec*)> real_timed_wait{
    "pthread_cond_timedwait"};
constinit real_function<int(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>
    real_clock_wait{"pthread_cond_clockwait"};

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int pthread_cond_init(pthread_cond_t* __restrict cond,
                      const pthread_condattr_t* __restrict attributes) noexcept {
  if (engine::inside()) {
    engine::visit v;
    new_object(v.e, cond, sizeof *cond);
  }
  return real_init(cond, attributes);
}

int pthread_cond_destroy(pthread_cond_t* cond) noexcept {
  return engine::inside() ? destroy(cond) : real_destroy(cond);
}

int pthread_cond_signal(pthread_cond_t* cond) noexcept {
  return engine::inside() ? wake(cond, false) : real_signal(cond);
}

int pthread_cond_broadcast(pthread_cond_t* cond) noexcept {
  return engine::inside() ? wake(cond, true) : real_broadcast(cond);
}

int pthread_cond_wait(pthread_cond_t* __restrict cond, pthread_mutex_t* __restrict mutex) {
  return engine::inside() ? wait_on(cond, mutex, 0, nullptr) : real_wait(cond, mutex);
}

int pthread_cond_timedwait(pthread_cond_t* __restrict cond, pthread_mutex_t* __restrict mutex,
                           const timespec* __restrict when) {
  return engine::inside() ? wait_on(cond, mutex, clock_of(cond), when)
                          : real_timed_wait(cond, mutex, when);
}

int pthread_cond_clockwait(pthread_cond_t* __restrict cond, pthread_mutex_t* __restrict mutex,
                           clockid_t clock, const timespec* __restrict when) {
  return engine::inside() ? wait_on(cond, mutex, clock, when)
                          : real_clock_wait(cond, mutex, clock, when);
}

}  // extern "C"
