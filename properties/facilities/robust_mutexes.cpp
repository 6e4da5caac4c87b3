// Robust mutexes: the next owner is told that the last one has ended.
#include <pthread.h>

#include <cerrno>
#include <heddle/check.hpp>

namespace {

struct robust_mutex {
  pthread_mutex_t handle;

  robust_mutex() {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&handle, &attributes);
    pthread_mutexattr_destroy(&attributes);
  }
};

/// A thread that ends while it holds the mutex.
void* lock_and_end(void* mutex) {
  const int result = pthread_mutex_lock(&static_cast<robust_mutex*>(mutex)->handle);
  heddle::require(result == 0 || result == EOWNERDEAD);
  return nullptr;
}

pthread_t start(void* (*function)(void*), robust_mutex& mutex) {
  pthread_t thread;
  pthread_create(&thread, nullptr, function, &mutex);
  return thread;
}

HEDDLE_CHECK(robust_next_owner_repairs) {
  robust_mutex mutex;
  const pthread_t thread = start(lock_and_end, mutex);
  const int first = pthread_mutex_lock(&mutex.handle);
  if (first == EOWNERDEAD) heddle::require(pthread_mutex_consistent(&mutex.handle) == 0);
  heddle::require(pthread_mutex_consistent(&mutex.handle) == EINVAL, "it is consistent");
  pthread_mutex_unlock(&mutex.handle);
  pthread_join(thread, nullptr);
  const int second = pthread_mutex_lock(&mutex.handle);
  heddle::require((first == EOWNERDEAD) != (second == EOWNERDEAD), "one of both is told");
  pthread_mutex_unlock(&mutex.handle);
}

HEDDLE_CHECK(robust_nobody_repairs) {
  robust_mutex mutex;
  pthread_join(start(lock_and_end, mutex), nullptr);
  heddle::require(pthread_mutex_trylock(&mutex.handle) == EOWNERDEAD);
  pthread_mutex_unlock(&mutex.handle);
  heddle::require(pthread_mutex_lock(&mutex.handle) == ENOTRECOVERABLE);
  heddle::require(pthread_mutex_trylock(&mutex.handle) == ENOTRECOVERABLE);
}

/// The author takes any answer but 0 for impossible.
HEDDLE_CHECK(robust_answer_not_expected) {
  robust_mutex mutex;
  const pthread_t thread = start(lock_and_end, mutex);
  heddle::require(pthread_mutex_lock(&mutex.handle) == 0, "the lock is always consistent");
  pthread_mutex_unlock(&mutex.handle);
  pthread_join(thread, nullptr);
}

/// Without the attribute nobody ever gets it.
HEDDLE_CHECK(robust_not) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_t thread;
  pthread_create(
      &thread, nullptr,
      [](void* m) -> void* {
        pthread_mutex_lock(static_cast<pthread_mutex_t*>(m));
        return nullptr;
      },
      &mutex);
  pthread_join(thread, nullptr);
  pthread_mutex_lock(&mutex);
}

}  // namespace
