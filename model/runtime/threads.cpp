// pthread_create, join, detach: the program's threads are fibers of the engine. A handle is the
// pthread_t of the real, parked thread whose thread-local block the fiber uses, so pthread_self and
// everything built on it are right by themselves.
#include "model/runtime/threads.hpp"

#include <pthread.h>

#include <cerrno>

#include "model/runtime/engine.hpp"
#include "model/runtime/real_function.hpp"

namespace heddle::runtime {

thread_id joinable_thread(engine& e, pthread_t handle, const char* verb) {
  const thread_id target = e.thread_of(static_cast<std::uintptr_t>(handle));
  if (target == no_thread) {
    e.fail(failure_kind::misuse, std::string(verb) + " a thread that does not exist");
  }
  const model_thread& thread = e.thread(target);
  if (thread.detached || thread.joined) {
    e.fail(failure_kind::misuse,
           std::string(verb) + " " + thread_name(target) + ", which is " +
               (thread.detached ? "detached" : "joined") + " already",
           {{"the thread was created here", target, e.stack_of_place(thread.created_at)}});
  }
  return target;
}

namespace {

constinit real_function<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>
    real_pthread_create{"pthread_create"};
constinit real_function<int(pthread_t, void**)> real_pthread_join{"pthread_join"};
constinit real_function<int(pthread_t)> real_pthread_detach{"pthread_detach"};

}  // namespace
}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*function)(void*),
                   void* argument) {
  if (!engine::inside()) {
    return real_pthread_create(handle, attributes, function, argument);
  }
  engine::visit v;
  int detached = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &detached);
  const heddle::thread_id created =
      v.e.create_thread(function, argument, detached == PTHREAD_CREATE_DETACHED);
  *handle = static_cast<pthread_t>(v.e.handle_of(created));
  return 0;
}

int pthread_join(pthread_t handle, void** result) {
  if (!engine::inside()) {
    return real_pthread_join(handle, result);
  }
  engine::visit v;
  const heddle::thread_id target = joinable_thread(v.e, handle, "joins");
  if (target == v.e.running()) return EDEADLK;
  void* const value = v.e.join_thread(target);
  if (result != nullptr) *result = value;
  return 0;
}

int pthread_detach(pthread_t handle) {
  if (!engine::inside()) {
    return real_pthread_detach(handle);
  }
  engine::visit v;
  v.e.mark_detached(joinable_thread(v.e, handle, "detaches"));
  return 0;
}

}  // extern "C"
