// Mutexes, used wrongly and rightly.
#include <pthread.h>

#include <cerrno>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

namespace {

HEDDLE_CHECK(mutex_unlocked_by_another) {
  std::mutex mutex;
  mutex.lock();
  std::thread other([&] { mutex.unlock(); });
  other.join();
}

HEDDLE_CHECK(mutex_unlocked_by_its_owner) {
  std::mutex mutex;
  std::thread other([&] {
    mutex.lock();
    mutex.unlock();
  });
  other.join();
  mutex.lock();
  mutex.unlock();
}

HEDDLE_CHECK(mutex_unlocked_twice) {
  std::mutex mutex;
  mutex.lock();
  mutex.unlock();
  mutex.unlock();
}

HEDDLE_CHECK(mutex_destroyed_while_locked) {
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, nullptr);
  pthread_mutex_lock(&mutex);
  pthread_mutex_destroy(&mutex);
}

HEDDLE_CHECK(mutex_destroyed_while_free) {
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, nullptr);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  pthread_mutex_destroy(&mutex);
  pthread_mutex_init(&mutex, nullptr);
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  pthread_mutex_destroy(&mutex);
}

HEDDLE_CHECK(mutex_locked_after_destruction) {
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, nullptr);
  pthread_mutex_destroy(&mutex);
  pthread_mutex_lock(&mutex);
}

pthread_mutex_t make_mutex(int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, type);
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return mutex;
}

/// An error-checking mutex reports to its caller what would be an error with others.
HEDDLE_CHECK(mutex_error_checking) {
  pthread_mutex_t mutex = make_mutex(PTHREAD_MUTEX_ERRORCHECK);
  heddle::require(pthread_mutex_lock(&mutex) == 0);
  heddle::require(pthread_mutex_lock(&mutex) == EDEADLK, "a relock is an error");
  std::thread other([&] {
    heddle::require(pthread_mutex_unlock(&mutex) == EPERM, "unlock by another is an error");
    heddle::require(pthread_mutex_trylock(&mutex) == EBUSY, "it is taken");
  });
  other.join();
  heddle::require(pthread_mutex_unlock(&mutex) == 0);
  heddle::require(pthread_mutex_unlock(&mutex) == EPERM, "a second unlock is an error");
  pthread_mutex_destroy(&mutex);
}

HEDDLE_CHECK(mutex_recursive) {
  std::recursive_mutex mutex;
  int count = 0;  // guarded by the mutex
  auto twice = [&] {
    std::lock_guard outer(mutex);
    const int before = count;
    {
      std::lock_guard inner(mutex);
      ++count;
    }
    heddle::require(count == before + 1, "the outer lock still holds");
  };
  std::thread first(twice), second(twice);
  first.join();
  second.join();
  heddle::require(count == 2);
}

HEDDLE_CHECK(mutex_recursive_unlocked_too_often) {
  std::recursive_mutex mutex;
  mutex.lock();
  mutex.lock();
  mutex.unlock();
  mutex.unlock();
  mutex.unlock();
}

/// try_lock may fail or succeed, and both are seen.
HEDDLE_CHECK(mutex_try_lock) {
  std::mutex mutex;
  int successes = 0;  // guarded by the mutex
  auto attempt = [&] {
    if (!mutex.try_lock()) return;
    ++successes;
    mutex.unlock();
  };
  std::thread first(attempt), second(attempt);
  first.join();
  second.join();
  heddle::require(successes == 1 || successes == 2);
}

HEDDLE_CHECK(mutex_try_lock_can_fail) {
  std::mutex mutex;
  bool got = false;
  std::thread owner([&] { std::lock_guard lock(mutex); });
  got = mutex.try_lock();
  if (got) mutex.unlock();
  owner.join();
  heddle::require(got, "the other thread may hold it at this moment");
}

HEDDLE_CHECK(mutex_try_lock_can_succeed) {
  std::mutex mutex;
  bool got = false;
  std::thread owner([&] { std::lock_guard lock(mutex); });
  got = mutex.try_lock();
  if (got) mutex.unlock();
  owner.join();
  heddle::require(!got, "the other thread may be done, or not have begun");
}

/// What happens under a mutex happens before what happens under it later, and only that.
HEDDLE_CHECK(mutex_orders_sections) {
  std::mutex mutex;
  int x = 0, y = 0;  // guarded by the mutex
  std::thread writer([&] {
    std::lock_guard lock(mutex);
    x = 1;
    y = 1;
  });
  {
    std::lock_guard lock(mutex);
    heddle::require(x == y, "a section is seen whole or not at all");
  }
  writer.join();
}

}  // namespace
