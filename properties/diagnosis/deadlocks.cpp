// Threads that wait for ever, and programs that look like it.
#include <pthread.h>

#include <atomic>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>
#include <utility>

namespace {

void lock_both(std::mutex& first, std::mutex& second) {
  std::lock_guard outer(first);
  std::lock_guard inner(second);
}

HEDDLE_CHECK(deadlock_abba) {
  std::mutex a, b;
  std::thread other([&] { lock_both(b, a); });
  lock_both(a, b);
  other.join();
}

HEDDLE_CHECK(deadlock_abab_is_none) {
  std::mutex a, b;
  std::thread other([&] { lock_both(a, b); });
  lock_both(a, b);
  other.join();
}

/// Who only tries the second mutex never waits for it while holding the first.
HEDDLE_CHECK(deadlock_try_lock_is_none) {
  std::mutex a, b;
  std::thread other([&] {
    if (!b.try_lock()) return;
    if (a.try_lock()) a.unlock();
    b.unlock();
  });
  lock_both(a, b);
  other.join();
}

HEDDLE_CHECK(deadlock_relock) {
  std::mutex mutex;
  mutex.lock();
  mutex.lock();
}

HEDDLE_CHECK(deadlock_relock_recursive_is_none) {
  std::recursive_mutex mutex;
  std::thread other([&] { std::lock_guard lock(mutex); });
  {
    std::lock_guard outer(mutex);
    std::lock_guard inner(mutex);
  }
  other.join();
}

/// A guard lock taken around both makes the order of the inner ones harmless.
HEDDLE_CHECK(deadlock_gate_is_none) {
  std::mutex gate, a, b;
  std::thread other([&] {
    std::lock_guard lock(gate);
    lock_both(b, a);
  });
  {
    std::lock_guard lock(gate);
    lock_both(a, b);
  }
  other.join();
}

HEDDLE_CHECK(deadlock_join_of_blocked_thread) {
  std::mutex mutex;
  mutex.lock();
  std::thread other([&] { std::lock_guard lock(mutex); });
  other.join();
  mutex.unlock();
}

HEDDLE_CHECK(deadlock_join_after_unlock_is_none) {
  std::mutex mutex;
  mutex.lock();
  std::thread other([&] { std::lock_guard lock(mutex); });
  mutex.unlock();
  other.join();
}

/// The thread that holds the mutex ends; nobody can unlock it any more.
HEDDLE_CHECK(deadlock_owner_has_finished) {
  std::mutex mutex;
  std::thread owner([&] { mutex.lock(); });
  owner.join();
  mutex.lock();
}

struct join_ring {
  pthread_t threads[2];
  pthread_t main;
};

/// main joins the first thread, which joins the second, which joins main.
HEDDLE_CHECK(deadlock_join_cycle) {
  static join_ring ring;
  ring.main = pthread_self();
  pthread_create(
      &ring.threads[1], nullptr,
      [](void*) -> void* {
        pthread_join(ring.main, nullptr);
        return nullptr;
      },
      nullptr);
  pthread_create(
      &ring.threads[0], nullptr,
      [](void*) -> void* {
        pthread_join(ring.threads[1], nullptr);
        return nullptr;
      },
      nullptr);
  pthread_join(ring.threads[0], nullptr);
}

HEDDLE_CHECK(deadlock_join_chain_is_none) {
  std::thread first([] {
    std::thread second([] {});
    second.join();
  });
  first.join();
}

void dine(bool ordered) {
  std::mutex forks[3];
  auto philosopher = [&](int seat) {
    int left = seat, right = (seat + 1) % 3;
    if (ordered && left > right) std::swap(left, right);
    lock_both(forks[left], forks[right]);
  };
  std::thread first(philosopher, 0), second(philosopher, 1), third(philosopher, 2);
  first.join();
  second.join();
  third.join();
}

HEDDLE_CHECK(deadlock_three_philosophers) { dine(false); }

HEDDLE_CHECK(deadlock_three_ordered_philosophers_is_none) { dine(true); }

/// Waiting for a flag that nobody raises, politely.
HEDDLE_CHECK(livelock_flag_never_raised) {
  std::atomic<bool> raised{false};
  std::thread other([&] { raised.store(false); });
  while (!raised.load()) std::this_thread::yield();
  other.join();
}

HEDDLE_CHECK(livelock_flag_raised_is_none) {
  std::atomic<bool> raised{false};
  std::thread other([&] { raised.store(true); });
  while (!raised.load()) std::this_thread::yield();
  other.join();
}

/// Two threads that wait for each other by spinning.
HEDDLE_CHECK(livelock_after_you) {
  std::atomic<bool> first_went{false}, second_went{false};
  std::thread other([&] {
    while (!first_went.load()) std::this_thread::yield();
    second_went.store(true);
  });
  while (!second_went.load()) std::this_thread::yield();
  first_went.store(true);
  other.join();
}

}  // namespace
