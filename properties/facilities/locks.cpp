// Locks with a time limit, shared locks, spin locks, pthread barriers and POSIX semaphores.
#include <pthread.h>
#include <semaphore.h>

#include <chrono>
#include <heddle/check.hpp>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace {

using namespace std::chrono_literals;

// The sections in either order, or the timed one comes while the mutex is taken.
HEDDLE_CHECK(timed_mutex_both_ways) {
  std::timed_mutex mutex;
  int count = 0;
  std::thread other([&] {
    std::lock_guard lock(mutex);
    ++count;
  });
  if (mutex.try_lock_for(1s)) {
    ++count;
    mutex.unlock();
  }
  other.join();
}

HEDDLE_CHECK(timed_mutex_can_be_late) {
  std::timed_mutex mutex;
  std::thread other([&] { std::lock_guard lock(mutex); });
  heddle::require(mutex.try_lock_for(1s), "it is late");
  mutex.unlock();
  other.join();
}

HEDDLE_CHECK(timed_mutex_time_passes) {
  std::timed_mutex mutex;
  mutex.lock();
  const auto start = std::chrono::steady_clock::now();
  std::thread other([&] {
    heddle::require(!mutex.try_lock_for(1s), "nobody unlocks it");
    heddle::require(std::chrono::steady_clock::now() - start >= 1s, "the time has passed");
  });
  other.join();
  mutex.unlock();
}

// What would be a deadlock ends, since one of the two gives up.
HEDDLE_CHECK(timed_mutex_is_no_deadlock) {
  std::timed_mutex a;
  std::mutex b;
  std::thread other([&] {
    std::lock_guard lock(b);
    if (a.try_lock_for(1s)) a.unlock();
  });
  a.lock();
  b.lock();
  b.unlock();
  a.unlock();
  other.join();
}

HEDDLE_CHECK(recursive_timed_mutex_recurs) {
  std::recursive_timed_mutex mutex;
  mutex.lock();
  heddle::require(mutex.try_lock_for(1s), "the owner need not wait");
  mutex.unlock();
  mutex.unlock();
}

// Readers commute.
HEDDLE_CHECK(shared_mutex_readers) {
  std::shared_mutex mutex;
  auto read = [&] { std::shared_lock lock(mutex); };
  std::thread a(read), b(read), c(read);
  a.join();
  b.join();
  c.join();
}

// Each reader is before or after the writer: 2 · 2.
HEDDLE_CHECK(shared_mutex_a_writer_and_two_readers) {
  std::shared_mutex mutex;
  int value = 0;
  auto read = [&] {
    std::shared_lock lock(mutex);
    heddle::require(value == 0 || value == 2, "no reader sees it half done");
  };
  std::thread a(read), b(read);
  {
    std::unique_lock lock(mutex);
    ++value;
    ++value;
  }
  a.join();
  b.join();
}

// The order of the writers, and the reader at each of three places.
HEDDLE_CHECK(shared_mutex_two_writers_and_a_reader) {
  std::shared_mutex mutex;
  int value = 0;
  auto write = [&] {
    std::unique_lock lock(mutex);
    ++value;
  };
  std::thread a(write), b(write);
  {
    std::shared_lock lock(mutex);
    heddle::require(value >= 0);
  }
  a.join();
  b.join();
  heddle::require(value == 2);
}

// To share is not to own.
HEDDLE_CHECK(shared_mutex_readers_write) {
  std::shared_mutex mutex;
  int value = 0;
  auto write = [&] {
    std::shared_lock lock(mutex);
    ++value;
  };
  std::thread other(write);
  write();
  other.join();
}

HEDDLE_CHECK(shared_mutex_upgrade) {
  std::shared_mutex mutex;
  mutex.lock_shared();
  mutex.lock();
}

HEDDLE_CHECK(shared_mutex_deadlock) {
  std::shared_mutex a, b;
  std::thread other([&] {
    std::shared_lock first(b);
    std::unique_lock second(a);
  });
  std::shared_lock first(a);
  std::unique_lock second(b);
  first.unlock();
  second.unlock();
  other.join();
}

HEDDLE_CHECK(shared_mutex_timed) {
  std::shared_timed_mutex mutex;
  std::thread other([&] { std::unique_lock lock(mutex); });
  std::shared_lock lock(mutex, 1s);
  heddle::require(lock.owns_lock(), "it is late");
  lock.unlock();
  other.join();
}

HEDDLE_CHECK(shared_mutex_try) {
  std::shared_mutex mutex;
  int value = 0;
  std::thread other([&] {
    if (mutex.try_lock()) {
      ++value;
      mutex.unlock();
    }
  });
  if (mutex.try_lock_shared()) {
    heddle::require(value >= 0);
    mutex.unlock_shared();
  }
  other.join();
}

HEDDLE_CHECK(rwlock_unlocked_by_another) {
  static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_rwlock_wrlock(&lock);
  std::thread other([] { pthread_rwlock_unlock(&lock); });
  other.join();
}

HEDDLE_CHECK(rwlock_destroyed_while_shared) {
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_destroy(&lock);
}

HEDDLE_CHECK(spin_lock_excludes) {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  int count = 0;
  auto increment = [&] {
    pthread_spin_lock(&lock);
    ++count;
    pthread_spin_unlock(&lock);
  };
  std::thread other(increment);
  increment();
  other.join();
  pthread_spin_destroy(&lock);
}

HEDDLE_CHECK(spin_lock_never_unlocked) {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  std::thread other([&] { pthread_spin_lock(&lock); });
  other.join();
  pthread_spin_lock(&lock);
}

HEDDLE_CHECK(spin_lock_relocked) {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  pthread_spin_lock(&lock);
  pthread_spin_lock(&lock);
}

// The two arrivals in either order: who comes last is told so.
HEDDLE_CHECK(pthread_barrier_two) {
  pthread_barrier_t meeting;
  pthread_barrier_init(&meeting, nullptr, 2);
  int data[2] = {};
  int serial = 0;
  auto meet = [&](int self) {
    data[self] = 1;
    const int result = pthread_barrier_wait(&meeting);
    heddle::require(data[1 - self] == 1);
    if (result == PTHREAD_BARRIER_SERIAL_THREAD) ++serial;
    pthread_barrier_wait(&meeting);
  };
  std::thread other(meet, 1);
  meet(0);
  other.join();
  heddle::require(serial == 1, "one is the serial thread");
  pthread_barrier_destroy(&meeting);
}

HEDDLE_CHECK(pthread_barrier_one_does_not_come) {
  pthread_barrier_t meeting;
  pthread_barrier_init(&meeting, nullptr, 2);
  pthread_barrier_wait(&meeting);
}

HEDDLE_CHECK(pthread_barrier_too_small) {
  pthread_barrier_t meeting;
  pthread_barrier_init(&meeting, nullptr, 1);
  int data = 0;
  auto meet = [&] {
    ++data;
    pthread_barrier_wait(&meeting);
  };
  std::thread other(meet);
  meet();
  other.join();
}

HEDDLE_CHECK(sem_as_a_lock) {
  sem_t lock;
  sem_init(&lock, 0, 1);
  int count = 0;
  auto increment = [&] {
    sem_wait(&lock);
    ++count;
    sem_post(&lock);
  };
  std::thread a(increment), b(increment);
  increment();
  a.join();
  b.join();
  heddle::require(count == 3);
  sem_destroy(&lock);
}

HEDDLE_CHECK(sem_lets_two_in) {
  sem_t places;
  sem_init(&places, 0, 2);
  int count = 0;
  auto increment = [&] {
    sem_wait(&places);
    ++count;
    sem_post(&places);
  };
  std::thread other(increment);
  increment();
  other.join();
}

// The first wait takes one off a count of 1 or of 2.
HEDDLE_CHECK(sem_counts) {
  sem_t items;
  sem_init(&items, 0, 0);
  std::thread producer([&] {
    sem_post(&items);
    sem_post(&items);
  });
  sem_wait(&items);
  sem_wait(&items);
  int left = -1;
  producer.join();
  sem_getvalue(&items, &left);
  heddle::require(left == 0);
}

HEDDLE_CHECK(sem_one_post_too_few) {
  sem_t items;
  sem_init(&items, 0, 0);
  std::thread producer([&] { sem_post(&items); });
  sem_wait(&items);
  sem_wait(&items);
  producer.join();
}

HEDDLE_CHECK(sem_try_and_timed) {
  sem_t items;
  sem_init(&items, 0, 0);
  std::thread producer([&] { sem_post(&items); });
  timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += 1;
  const bool tried = sem_trywait(&items) == 0;
  const bool in_time = !tried && sem_timedwait(&items, &end) == 0;
  producer.join();
  if (!tried && !in_time) {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    heddle::require(now.tv_sec >= end.tv_sec, "the time has passed");
    heddle::require(sem_trywait(&items) == 0, "it is there in the end");
  }
}

HEDDLE_CHECK(sem_used_after_destruction) {
  sem_t items;
  sem_init(&items, 0, 1);
  sem_destroy(&items);
  sem_wait(&items);
}

}  // namespace
