// Things that are used when they are gone: a thread's stack, a mutex, a condition variable; and
// what nobody ever ends: coroutine frames, threads.
#include <pthread.h>

#include <atomic>
#include <coroutine>
#include <exception>
#include <heddle/check.hpp>
#include <thread>

#include "properties/diagnosis/opaque.hpp"

namespace {

using diagnosis::opaque;

void* publish_local(void* out) {
  int local = 1;
  *static_cast<int**>(out) = opaque(&local);
  return nullptr;
}

int* local_of_finished_thread() {
  int* left = nullptr;
  pthread_t thread;
  pthread_create(&thread, nullptr, publish_local, &left);
  pthread_join(thread, nullptr);
  return left;
}

HEDDLE_CHECK(dead_stack_written) { *opaque(local_of_finished_thread()) = 2; }

HEDDLE_CHECK(dead_stack_read) { opaque(*opaque(local_of_finished_thread())); }

/// The same while the thread lives: it waits until its local has been written.
HEDDLE_CHECK(live_stack_written) {
  std::atomic<int*> box{nullptr};
  std::atomic<bool> done{false};
  std::thread other([&] {
    int local = 1;
    box.store(opaque(&local), std::memory_order_release);
    while (!done.load(std::memory_order_acquire)) {
    }
    heddle::require(local == 2);
  });
  int* seen = nullptr;
  while ((seen = box.load(std::memory_order_acquire)) == nullptr) {
  }
  *seen = 2;
  done.store(true, std::memory_order_release);
  other.join();
}

HEDDLE_CHECK(mutex_locked_after_its_end) {
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, nullptr);
  pthread_mutex_destroy(&mutex);
  pthread_mutex_lock(opaque(&mutex));
}

HEDDLE_CHECK(mutex_made_anew_after_its_end) {
  pthread_mutex_t mutex;
  for (int i = 0; i < 2; ++i) {
    pthread_mutex_init(&mutex, nullptr);
    pthread_mutex_lock(opaque(&mutex));
    pthread_mutex_unlock(opaque(&mutex));
    pthread_mutex_destroy(&mutex);
  }
}

HEDDLE_CHECK(condition_signalled_after_its_end) {
  pthread_cond_t condition;
  pthread_cond_init(&condition, nullptr);
  pthread_cond_destroy(&condition);
  pthread_cond_signal(opaque(&condition));
}

/// A coroutine that stops at its beginning and belongs to whoever holds the task.
struct task {
  struct promise_type {
    task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

task set(std::atomic<int>& x) {
  x.store(1);
  co_return;
}

HEDDLE_CHECK(coroutine_frame_leaks) {
  std::atomic<int> x{0};
  const task made = set(x);
  made.handle.resume();
  heddle::require(x.load() == 1);
}

HEDDLE_CHECK(coroutine_frame_destroyed) {
  std::atomic<int> x{0};
  const task made = set(x);
  std::thread other([&] { made.handle.resume(); });
  other.join();
  made.handle.destroy();
  heddle::require(x.load() == 1);
}

HEDDLE_CHECK(coroutine_resumed_after_its_end) {
  std::atomic<int> x{0};
  const task made = set(x);
  made.handle.destroy();
  opaque(made.handle).resume();
}

void* nothing(void*) { return nullptr; }

HEDDLE_CHECK(thread_never_joined) {
  pthread_t thread;
  pthread_create(&thread, nullptr, nothing, nullptr);
}

HEDDLE_CHECK(thread_detached_is_no_leak) {
  pthread_t thread;
  pthread_create(&thread, nullptr, nothing, nullptr);
  pthread_detach(thread);
}

}  // namespace
