// Locks of one or two words.
//
//   ticket  who takes ticket t waits until t is served. n threads: n! executions, the orders of the
//           tickets; each turn is waited for at the one write that brings it.
//   ttas    test, then test-and-set: waits until the lock looks free, then tries. With the try made
//           by compare-and-exchange, whose failure writes nothing: (n!)^2 executions, see below.
//   tas     test-and-set alone, with a bounded number of tries: each is an execution of its own.
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

template <unsigned N, typename Lock>
void sections() {
  Lock lock;
  unsigned counter = 0;  // guarded by the lock
  in_threads<N>([&](unsigned) {
    lock.lock();
    ++counter;
    lock.unlock();
  });
  heddle::require(counter == N, "each section counts");
}

/// UnlockOrder: release pairs with the acquire of lock().
template <std::memory_order UnlockOrder = release>
class ticket_lock {
 public:
  void lock() {
    const unsigned ticket = next_.fetch_add(1, relaxed);
    while (served_.load(acquire) != ticket) {
    }
  }
  void unlock() { served_.store(served_.load(relaxed) + 1, UnlockOrder); }

 private:
  std::atomic<unsigned> next_{0}, served_{0};
};

HEDDLE_CHECK(ticket_lock_2) { sections<2, ticket_lock<>>(); }
HEDDLE_CHECK(ticket_lock_3) { sections<3, ticket_lock<>>(); }
HEDDLE_CHECK(ticket_lock_4) { sections<4, ticket_lock<>>(); }
HEDDLE_CHECK(ticket_lock_5) { sections<5, ticket_lock<>>(); }
HEDDLE_CHECK(ticket_lock_without_release) { sections<2, ticket_lock<relaxed>>(); }

/// The ticket is taken by a load and a store: two threads may hold the same.
class torn_ticket_lock {
 public:
  void lock() {
    const unsigned ticket = next_.load(relaxed);
    next_.store(ticket + 1, relaxed);
    while (served_.load(acquire) != ticket) {
    }
  }
  void unlock() { served_.store(served_.load(relaxed) + 1, release); }

 private:
  std::atomic<unsigned> next_{0}, served_{0};
};

HEDDLE_CHECK(ticket_lock_torn) { sections<2, torn_ticket_lock>(); }

/// Executions for n threads: n! orders of the sections. The thread at position k (from 0) finds the
/// lock free by reading the initial value or any of the k unlocks before it, for its relaxed load
/// knows nothing of them: k + 1 ways, n! together. A try that fails sends it back to waiting, and
/// is no execution of its own.
template <std::memory_order LockOrder = acquire>
class ttas_lock {
 public:
  void lock() {
    bool free = false;
    for (;;) {
      while (held_.load(relaxed)) {
      }
      if (held_.compare_exchange_strong(free, true, LockOrder, relaxed)) return;
      free = false;
    }
  }
  void unlock() { held_.store(false, release); }

 private:
  std::atomic<bool> held_{false};
};

HEDDLE_CHECK(ttas_lock_2) { sections<2, ttas_lock<>>(); }
HEDDLE_CHECK(ttas_lock_3) { sections<3, ttas_lock<>>(); }
HEDDLE_CHECK(ttas_lock_4) { sections<4, ttas_lock<>>(); }
HEDDLE_CHECK(ttas_lock_without_acquire) { sections<2, ttas_lock<relaxed>>(); }

/// The same, with a variable that begins anew in each round. Where a round begins, its slot in the
/// frame holds what the last round left, and in the first round what was there before.
class ttas_lock_with_hole {
 public:
  void lock() {
    for (;;) {
      while (held_.load(relaxed)) {
      }
      bool free = false;
      if (held_.compare_exchange_strong(free, true, acquire, relaxed)) return;
    }
  }
  void unlock() { held_.store(false, release); }

 private:
  std::atomic<bool> held_{false};
};

HEDDLE_CHECK(ttas_lock_with_hole_2) { sections<2, ttas_lock_with_hole>(); }
HEDDLE_CHECK(ttas_lock_with_hole_3) { sections<3, ttas_lock_with_hole>(); }
HEDDLE_CHECK(ttas_lock_with_hole_4) { sections<4, ttas_lock_with_hole>(); }

/// The usual form, with an exchange. A failed try writes what it has read: a round without effect.
class ttas_exchange_lock {
 public:
  void lock() {
    do {
      while (held_.load(relaxed)) {
      }
    } while (held_.exchange(true, acquire));
  }
  void unlock() { held_.store(false, release); }

 private:
  std::atomic<bool> held_{false};
};

HEDDLE_CHECK(ttas_exchange_lock_2) { sections<2, ttas_exchange_lock>(); }
HEDDLE_CHECK(ttas_exchange_lock_3) { sections<3, ttas_exchange_lock>(); }

/// Looks and takes in two steps: two threads may find it free.
class looked_and_taken_lock {
 public:
  void lock() {
    while (held_.load(acquire)) {
    }
    held_.store(true, relaxed);
  }
  void unlock() { held_.store(false, release); }

 private:
  std::atomic<bool> held_{false};
};

HEDDLE_CHECK(ttas_lock_in_two_steps) { sections<2, looked_and_taken_lock>(); }

/// Two threads that try `Tries` times each.
template <unsigned Tries, std::memory_order UnlockOrder>
void test_and_set() {
  std::atomic_flag held = ATOMIC_FLAG_INIT;
  unsigned counter = 0, entered[2] = {0, 0};
  in_threads<2>([&](unsigned i) {
    for (unsigned k = 0; k < Tries; ++k) {
      if (held.test_and_set(acquire)) continue;
      ++counter;
      ++entered[i];
      held.clear(UnlockOrder);
    }
  });
  heddle::require(counter == entered[0] + entered[1], "each section counts");
  heddle::require(counter >= 1, "a try fails only while the other is inside");
}

// Tries = 1: four executions. Let a be the first to try. b's test-and-set follows a's or a's clear.
HEDDLE_CHECK(test_and_set_1) { test_and_set<1, release>(); }
HEDDLE_CHECK(test_and_set_2) { test_and_set<2, release>(); }
HEDDLE_CHECK(test_and_set_3) { test_and_set<3, release>(); }
HEDDLE_CHECK(test_and_set_without_release) { test_and_set<1, relaxed>(); }

}  // namespace
}  // namespace peers
