// pthread barriers. Two words: how many threads have arrived, ever, and how many rounds are over.
// The last one of a round opens it, and is the one that gets PTHREAD_BARRIER_SERIAL_THREAD.
#include <pthread.h>

#include <cerrno>

#include "model/runtime/object_life.hpp"
#include "model/runtime/real_function.hpp"
#include "model/runtime/word.hpp"

namespace heddle::runtime {
namespace {

struct barrier {
  std::uint32_t object;
  std::uint64_t threads;  // of each round
  word arrived;
  word rounds;
};

barrier barrier_at(engine& e, const pthread_barrier_t* memory, const char* verb) {
  const std::uint32_t object =
      live_object(e, memory, sizeof *memory, object_kind::barrier, {}, verb);
  const location_id location = e.sync_objects()[object].location;
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  // Where the C library keeps what pthread_barrier_init gives.
  const std::uint32_t threads = reinterpret_cast<const volatile std::uint32_t*>(memory)[2];
  if (threads == 0) misuse(e, std::string(verb) + " a barrier that has not been initialised");
  return {object, threads, word(e, location, address),
          word(e, e.hidden(object_kind::barrier, location, 0), address)};
}

int wait_at(pthread_barrier_t* memory) {
  engine::visit v;
  engine& e = v.e;
  barrier b = barrier_at(e, memory, "waits at");
  const std::uint64_t before =
      b.arrived.modify(modification::add, {1, 0}, memory_order::acq_rel, "barrier arrive").low;
  touch_object(e, b.object);
  const std::uint64_t round = before / b.threads + 1;
  if ((before + 1) % b.threads == 0) {
    b.rounds.store(round, memory_order::release, "barrier open");
    return PTHREAD_BARRIER_SERIAL_THREAD;
  }
  e.waits_for("barrier", b.object);
  b.rounds.await(wait_condition::greater_equal, round, memory_order::acquire, "barrier leave");
  e.self().waits = nullptr;
  return 0;
}

int destroy(pthread_barrier_t* memory) {
  engine::visit v;
  barrier b = barrier_at(v.e, memory, "destroys");
  const std::uint64_t arrived = b.arrived.load(memory_order::relaxed, "barrier destroy").low;
  if (arrived % b.threads != 0) misuse(v.e, "destroys a barrier at which threads wait");
  destroy_object(v.e, b.object);
  return 0;
}

constinit real_function<int(pthread_barrier_t*, const pthread_barrierattr_t*, unsigned)> real_init{
    "pthread_barrier_init"};
constinit real_function<int(pthread_barrier_t*)> real_destroy{"pthread_barrier_destroy"};
constinit real_function<int(pthread_barrier_t*)> real_wait{"pthread_barrier_wait"};

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int pthread_barrier_init(pthread_barrier_t* __restrict barrier,
                         const pthread_barrierattr_t* __restrict attributes,
                         unsigned threads) noexcept {
  if (engine::inside()) {
    engine::visit v;
    new_object(v.e, barrier, sizeof *barrier);
  }
  return real_init(barrier, attributes, threads);
}

int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
  return engine::inside() ? destroy(barrier) : real_destroy(barrier);
}

int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  return engine::inside() ? wait_at(barrier) : real_wait(barrier);
}

}  // extern "C"
