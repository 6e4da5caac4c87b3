// Condition variables used as they must not be, and what looks like it.
#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

namespace {

using namespace std::chrono_literals;

HEDDLE_CHECK(cv_wait_without_the_mutex) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  pthread_cond_wait(&changed, &mutex);
}

HEDDLE_CHECK(cv_two_mutexes) {
  std::mutex first, second;
  std::condition_variable changed;
  std::thread other([&] {
    std::unique_lock lock(first);
    changed.wait_for(lock, 1s);
  });
  {
    std::unique_lock lock(second);
    changed.wait_for(lock, 1s);
  }
  other.join();
}

// One after the other, with different mutexes, is fine.
HEDDLE_CHECK(cv_two_mutexes_one_after_the_other) {
  std::mutex first, second;
  std::condition_variable changed;
  std::thread other([&] {
    std::unique_lock lock(first);
    changed.wait_for(lock, 1s);
  });
  other.join();
  std::unique_lock lock(second);
  changed.wait_for(lock, 1s);
}

HEDDLE_CHECK(cv_destroyed_while_waited_on) {
  std::mutex mutex;
  pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  std::thread other([&] {
    std::lock_guard lock(mutex);
    pthread_cond_destroy(&changed);
  });
  mutex.lock();
  pthread_cond_wait(&changed, mutex.native_handle());
  mutex.unlock();
  other.join();
}

HEDDLE_CHECK(cv_used_after_destruction) {
  pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  pthread_cond_destroy(&changed);
  pthread_cond_signal(&changed);
}

// A new one in the same place is another one.
HEDDLE_CHECK(cv_made_anew) {
  for (int i = 0; i < 3; ++i) {
    std::condition_variable changed;
    changed.notify_one();
  }
  pthread_cond_t changed;
  for (int i = 0; i < 2; ++i) {
    pthread_cond_init(&changed, nullptr);
    pthread_cond_signal(&changed);
    pthread_cond_destroy(&changed);
  }
}

}  // namespace
