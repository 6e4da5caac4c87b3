// Loops that look again under a mutex. Nobody can tell one round of such a loop from two, unless by
// a try_lock that fails: these checks end, and none of them is cut short.
#include <pthread.h>
#include <semaphore.h>

#include <atomic>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

namespace {

struct polled {
  std::mutex mutex;
  bool ready = false;

  void set() {
    const std::lock_guard lock(mutex);
    ready = true;
  }
  void poll() {
    for (;;) {
      const std::lock_guard lock(mutex);
      if (ready) return;
    }
  }
};

/// A thread that takes the mutex and gives it back until it is told to stop.
class busy_locker {
 public:
  explicit busy_locker(std::mutex& mutex)
      : thread_([this, &mutex] {
          while (!done_.load()) const std::lock_guard lock(mutex);
        }) {}
  void stop() {
    done_.store(true);
    thread_.join();
  }

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

bool is_free(std::mutex& mutex) {
  if (!mutex.try_lock()) return false;
  mutex.unlock();
  return true;
}

}  // namespace

HEDDLE_CHECK(poll_until_set) {
  polled flag;
  std::thread first([&] { flag.poll(); });
  std::thread second([&] { flag.poll(); });
  flag.set();
  first.join();
  second.join();
}

HEDDLE_CHECK(poll_never_set) {
  polled flag;
  std::thread first([&] { flag.poll(); });
  std::thread second([&] { flag.poll(); });
  first.join();
  second.join();
}

/// Two loops that only see each other's rounds, until one of them sees the other's mutex taken.
HEDDLE_CHECK(poll_until_taken) {
  std::mutex mutex;
  busy_locker other(mutex);
  while (is_free(mutex)) {
  }
  other.stop();
}

HEDDLE_CHECK(poll_finds_it_taken) {
  std::mutex mutex;
  busy_locker other(mutex);
  const bool free = is_free(mutex);
  other.stop();
  heddle::require(free, "the mutex was taken");
}

/// Taken, free and taken again: that takes two rounds of the other thread.
HEDDLE_CHECK(poll_finds_it_taken_twice) {
  std::mutex mutex;
  busy_locker other(mutex);
  const bool first = is_free(mutex), second = is_free(mutex), third = is_free(mutex);
  other.stop();
  heddle::require(first || !second || third, "two rounds were seen");
}

/// The second witness looks only because the first one has told it of what it saw.
HEDDLE_CHECK(poll_finds_it_taken_by_hearsay) {
  constexpr auto relaxed = std::memory_order_relaxed;
  std::mutex mutex;
  busy_locker other(mutex);
  std::atomic<bool> told{false};
  std::thread witness([&] {
    if (!is_free(mutex)) told.store(true, relaxed);
  });
  const bool first = !told.load(relaxed) || is_free(mutex);
  const bool second = first || is_free(mutex);
  witness.join();
  other.stop();
  heddle::require(first || !second, "taken, and free again");
}

/// A semaphore that has no count yet is looked at again only when somebody has posted.
HEDDLE_CHECK(poll_semaphore) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  std::thread other([&] { sem_post(&semaphore); });
  while (sem_trywait(&semaphore) != 0) {
  }
  other.join();
  sem_destroy(&semaphore);
}

HEDDLE_CHECK(poll_semaphore_never_posted) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 0);
  while (sem_trywait(&semaphore) != 0) {
  }
}

HEDDLE_CHECK(poll_spin_lock) {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  int count = 0;
  const auto body = [&] {
    while (pthread_spin_trylock(&lock) != 0) {
    }
    ++count;
    pthread_spin_unlock(&lock);
  };
  std::thread other(body);
  body();
  other.join();
  heddle::require(count == 2);
}
