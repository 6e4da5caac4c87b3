#include "model/runtime/robust_mutexes.hpp"

#include <cerrno>
#include <vector>

#include "model/runtime/mutexes.hpp"
#include "model/runtime/object_life.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {

bool is_robust(const pthread_mutex_t* mutex) {
  constexpr int robust_bit = 16;  // as the C library keeps it
  return (mutex->__data.__kind & robust_bit) != 0;
}

int result_of_locking(pthread_mutex_t* mutex, std::uint32_t object) {
  if (!is_robust(mutex)) [[likely]]
    return 0;
  {
    engine::visit v;
    const struct object& o = v.e.sync_objects()[object];
    if (!o.lost) return o.owner_died ? EOWNERDEAD : 0;
  }
  unlock_mutex(mutex);
  return ENOTRECOVERABLE;
}

void abandon_robust_mutexes() {
  std::vector<pthread_mutex_t*> mine;
  {
    engine::visit v;
    engine& e = v.e;
    for (const held_mutex& held : e.self().held) {
      struct object& o = e.sync_objects()[held.object];
      auto* const mutex = reinterpret_cast<pthread_mutex_t*>(o.address);
      if (o.kind != object_kind::mutex || !is_robust(mutex)) continue;
      o.owner_died = true;
      mine.push_back(mutex);
    }
  }
  for (pthread_mutex_t* const mutex : mine) release_mutex(mutex);
}

namespace {

int make_consistent(pthread_mutex_t* mutex) {
  engine::visit v;
  engine& e = v.e;
  if (!is_robust(mutex) || !holds_mutex(e, mutex)) return EINVAL;
  struct object& o = e.sync_objects()[mutex_object(e, mutex)];
  if (!o.owner_died) return EINVAL;
  o.owner_died = false;
  return 0;
}

constinit real_function<int(pthread_mutex_t*)> real_consistent{"pthread_mutex_consistent"};

}  // namespace
}  // namespace heddle::runtime

extern "C" int pthread_mutex_consistent(pthread_mutex_t* mutex) noexcept {
  using namespace heddle::runtime;
  return engine::inside() ? make_consistent(mutex) : real_consistent(mutex);
}
