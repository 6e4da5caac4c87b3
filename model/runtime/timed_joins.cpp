// Joins that do not wait for ever: pthread_tryjoin_np, pthread_timedjoin_np, pthread_clockjoin_np.
// Whether a thread has finished is a word of its own, which it sets before its last event; to ask
// for it is to read that word, and what is not seen has not finished, or not in time. Programs that
// never ask have no such word: at the first question the search starts again and knows.
#include <pthread.h>

#include <cerrno>
#include <ctime>

#include "model/runtime/deadlines.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/real_function.hpp"
#include "model/runtime/threads.hpp"
#include "model/runtime/word.hpp"

namespace heddle::runtime {

void engine::mark_end() {
  word end(*this, hidden(object_kind::thread_end, running_, 0), 0);
  end.store(1, memory_order::release, "end");
}

bool engine::has_finished(thread_id target, std::uintptr_t pc) {
  learned_ |= !marks_ends_;
  marks_ends_ = true;
  const location_id location = hidden(object_kind::thread_end, target, 0);
  check_spin(handle_of(target), pc);
  return word(*this, location, 0).load(memory_order::acquire, "finished?").low != 0;
}

namespace {

/// `until`: null to look only. -> 0, or `late` if the thread has not finished.
int join_if_finished(pthread_t handle, void** result, const deadline* until, int late,
                     const void* caller) {
  engine::visit v;
  engine& e = v.e;
  const thread_id target = joinable_thread(e, handle, "joins");
  if (target == e.running()) return until == nullptr ? EBUSY : EDEADLK;
  const bool waits = until != nullptr && until->never;
  if (!waits && !e.has_finished(target, reinterpret_cast<std::uintptr_t>(caller))) {
    if (until != nullptr) reached(e, *until);
    return late;
  }
  void* const value = e.join_thread(target);
  if (result != nullptr) *result = value;
  return 0;
}

int join_until(pthread_t handle, void** result, clockid_t clock, const timespec* when,
               const void* caller) {
  deadline until{0, true};
  if (when != nullptr) {
    engine::visit v;
    const auto limit = deadline_at(v.e, clock, *when);
    if (!limit) return EINVAL;
    until = *limit;
  }
  return join_if_finished(handle, result, &until, ETIMEDOUT, caller);
}

constinit real_function<int(pthread_t, void**)> real_try_join{"pthread_tryjoin_np"};
constinit real_function<int(pthread_t, void**, const timespec*)> real_timed_join{
    "pthread_timedjoin_np"};
constinit real_function<int(pthread_t, void**, clockid_t, const timespec*)> real_clock_join{
    "pthread_clockjoin_np"};

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int pthread_tryjoin_np(pthread_t handle, void** result) noexcept {
  if (!engine::inside()) return real_try_join(handle, result);
  return join_if_finished(handle, result, nullptr, EBUSY, __builtin_return_address(0));
}

int pthread_timedjoin_np(pthread_t handle, void** result, const timespec* when) {
  if (!engine::inside()) return real_timed_join(handle, result, when);
  return join_until(handle, result, CLOCK_REALTIME, when, __builtin_return_address(0));
}

int pthread_clockjoin_np(pthread_t handle, void** result, clockid_t clock, const timespec* when) {
  if (!engine::inside()) return real_clock_join(handle, result, clock, when);
  return join_until(handle, result, clock, when, __builtin_return_address(0));
}

}  // extern "C"
