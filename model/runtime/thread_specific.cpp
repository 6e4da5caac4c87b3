#include "model/runtime/thread_specific.hpp"

#include <cerrno>

#include "model/runtime/engine.hpp"
#include "model/runtime/real_function.hpp"

// The linker's: the executable's code lies between them.
extern "C" const char __executable_start;
extern "C" const char etext;

namespace heddle::runtime {
namespace {

constinit real_function<int(pthread_key_t*, void (*)(void*))> real_create{"pthread_key_create"};
constinit real_function<int(pthread_key_t)> real_delete{"pthread_key_delete"};
constinit real_function<void*(pthread_key_t)> real_get{"pthread_getspecific"};
constinit real_function<int(pthread_key_t, const void*)> real_set{"pthread_setspecific"};
constinit real_function<int(void (*)(void*), void*, void*)> real_thread_atexit{
    "__cxa_thread_atexit_impl"};

constinit key_table table;

/// The value that the thread sees. Not yet set, it is null, or thread 0's from outside.
void* value_of(thread_id thread, pthread_key_t key) {
  if (table.has(thread, key)) return table.get(thread, key);
  return thread == 0 && !table.created_inside(key) ? real_get(key) : nullptr;
}

/// Whether code of the executable is at the address, and not of a shared library, whose statics
/// live on from one execution to the next.
bool is_of_the_executable(const void* code) { return code >= &__executable_start && code < &etext; }

int at_thread_exit(void (*function)(void*), void* object, void* library) {
  if (!engine::inside()) return real_thread_atexit(function, object, library);
  engine::visit v;
  v.e.self().exit_handlers.push_back({function, object});
  return 0;
}

}  // namespace

bool key_table::destroy_once(thread_id thread) {
  bool any = false;
  for (unsigned k = 0; k < used_; ++k) {
    if (!exists(k) || keys_[k].destructor == nullptr || !has(thread, k)) continue;
    void* const pointer = get(thread, k);
    if (pointer == nullptr) continue;
    set(thread, k, nullptr);
    keys_[k].destructor(pointer);
    any = true;
  }
  return any;
}

void new_execution_specific() {
  table.new_execution([](pthread_key_t number) { real_delete(number); });
}

void run_key_destructors(thread_id thread) {
  for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; ++round) {
    if (!table.destroy_once(thread)) return;
  }
}

void run_exit_handlers(engine& e, thread_id thread) {
  auto& handlers = e.self().exit_handlers;
  while (!handlers.empty()) {
    const thread_exit_handler last = handlers.back();
    handlers.pop_back();
    last.function(last.object);
  }
  if (thread != 0) run_key_destructors(thread);
}

}  // namespace heddle::runtime

using namespace heddle::runtime;

extern "C" {

int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) noexcept {
  // A library creates its keys once, whatever it was called for.
  const bool inside = engine::inside() && is_of_the_executable(__builtin_return_address(0));
  // The C library must not run the destructors of values that it does not have.
  const int failed = real_create(key, inside ? nullptr : destructor);
  if (failed == 0) table.create(*key, destructor, inside);
  return failed;
}

int pthread_key_delete(pthread_key_t key) noexcept {
  if (!engine::inside()) {
    const int failed = real_delete(key);
    if (failed == 0 && key < key_table::keys) table.remove(key, false);
    return failed;
  }
  if (!table.exists(key)) return EINVAL;
  if (table.created_inside(key)) real_delete(key);
  table.remove(key, true);
  return 0;
}

void* pthread_getspecific(pthread_key_t key) noexcept {
  if (!engine::inside()) return real_get(key);
  return table.exists(key) ? value_of(engine::current()->running(), key) : nullptr;
}

int pthread_setspecific(pthread_key_t key, const void* value) noexcept {
  if (!engine::inside()) return real_set(key, value);
  if (!table.exists(key)) return EINVAL;
  engine::visit v;
  table.set(v.e.running(), key, const_cast<void*>(value));
  return 0;
}

int __cxa_thread_atexit_impl(void (*function)(void*), void* object, void* library) noexcept {
  return at_thread_exit(function, object, library);
}

int __cxa_thread_atexit(void (*function)(void*), void* object, void* library) noexcept {
  return at_thread_exit(function, object, library);
}

}  // extern "C"
