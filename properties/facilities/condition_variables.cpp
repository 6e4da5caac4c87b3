// Condition variables: std::condition_variable, condition_variable_any, and pthread's own.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <heddle/check.hpp>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace {

using namespace std::chrono_literals;

struct gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  int tokens = 0;

  void wait() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return open; });
  }
  void take_token() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return tokens > 0; });
    --tokens;
  }
};

// The two critical sections in either order: the thread need not wait, or waits and is woken.
HEDDLE_CHECK(cv_notified_under_lock) {
  gate g;
  std::thread other([&] {
    std::lock_guard lock(g.mutex);
    g.open = true;
    g.changed.notify_one();
  });
  g.wait();
  other.join();
}

// The same: where the thread waits, its place in the queue comes before the opener's section.
HEDDLE_CHECK(cv_notified_after_unlock) {
  gate g;
  std::thread other([&] {
    {
      std::lock_guard lock(g.mutex);
      g.open = true;
    }
    g.changed.notify_one();
  });
  g.wait();
  other.join();
}

// Nobody notifies: a lost wake-up.
HEDDLE_CHECK(cv_not_notified) {
  gate g;
  std::thread other([&] {
    std::lock_guard lock(g.mutex);
    g.open = true;
  });
  g.wait();
  other.join();
}

// The flag is set without the mutex, between the waiter's test and its wait.
HEDDLE_CHECK(cv_changed_without_lock) {
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> open{false};
  std::thread other([&] {
    open = true;
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    while (!open) changed.wait(lock);
  }
  other.join();
}

void two_waiters(bool all) {
  gate g;
  std::thread first([&] { g.wait(); });
  std::thread second([&] { g.wait(); });
  {
    std::lock_guard lock(g.mutex);
    g.open = true;
    if (all) {
      g.changed.notify_all();
    } else {
      g.changed.notify_one();
    }
  }
  first.join();
  second.join();
}

// One notification for two waiters.
HEDDLE_CHECK(cv_one_for_two) { two_waiters(false); }

// The orders of three critical sections, 3! = 6, where one that waits has a second half after the
// opener's: with both before it (2 orders) the halves come in 2 orders; with one before it (2) the
// other thread's section and the half come in 2 orders; with none (2) there is no half: 4 + 4 + 2.
HEDDLE_CHECK(cv_all_for_two) { two_waiters(true); }

// Both tokens come under one lock, each with its notification. As above; where both wait (4), which
// of them is woken first is a choice, too: 8 + 4 + 2.
HEDDLE_CHECK(cv_two_for_two) {
  gate g;
  std::thread first([&] { g.take_token(); });
  std::thread second([&] { g.take_token(); });
  {
    std::lock_guard lock(g.mutex);
    g.tokens = 2;
    g.changed.notify_one();
    g.changed.notify_one();
  }
  first.join();
  second.join();
}

// Which waiter is woken matters: only the second can go on with what it finds.
HEDDLE_CHECK(cv_wakes_the_wrong_one) {
  gate g;
  std::thread first([&] {
    std::unique_lock lock(g.mutex);
    g.changed.wait(lock, [&] { return g.tokens == 2; });
  });
  std::thread second([&] {
    std::unique_lock lock(g.mutex);
    g.changed.wait(lock, [&] { return g.tokens >= 1; });
    g.tokens = 2;
    g.changed.notify_one();
  });
  {
    std::lock_guard lock(g.mutex);
    g.tokens = 1;
    g.changed.notify_one();
  }
  first.join();
  second.join();
}

// A wait without a predicate relies on being first.
HEDDLE_CHECK(cv_signal_before_wait) {
  std::mutex mutex;
  std::condition_variable changed;
  std::thread other([&] {
    std::lock_guard lock(mutex);
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock);
  }
  other.join();
}

// Notifications that nobody waits for commute.
HEDDLE_CHECK(cv_notifications_commute) {
  std::condition_variable changed;
  std::thread first([&] { changed.notify_one(); });
  std::thread second([&] { changed.notify_all(); });
  changed.notify_one();
  first.join();
  second.join();
}

// It need not wait; is woken in time; times out, and has the mutex again before or after the
// other's section: 4.
HEDDLE_CHECK(cv_timed_wait_both_ways) {
  gate g;
  std::thread other([&] {
    std::lock_guard lock(g.mutex);
    g.open = true;
    g.changed.notify_one();
  });
  {
    std::unique_lock lock(g.mutex);
    g.changed.wait_for(lock, 1s, [&] { return g.open; });
  }
  other.join();
}

HEDDLE_CHECK(cv_timed_wait_can_time_out) {
  gate g;
  std::thread other([&] {
    std::lock_guard lock(g.mutex);
    g.open = true;
    g.changed.notify_one();
  });
  {
    std::unique_lock lock(g.mutex);
    heddle::require(g.changed.wait_for(lock, 1s, [&] { return g.open; }), "it is late");
  }
  other.join();
}

HEDDLE_CHECK(cv_timed_wait_can_come_in_time) {
  gate g;
  std::thread other([&] {
    std::lock_guard lock(g.mutex);
    g.open = true;
    g.changed.notify_one();
  });
  {
    std::unique_lock lock(g.mutex);
    if (!g.open) {
      heddle::require(g.changed.wait_for(lock, 1s) == std::cv_status::timeout, "it is in time");
    }
  }
  other.join();
}

// Nobody will come: the only end is the deadline, and the clock shows it.
HEDDLE_CHECK(cv_time_passes_in_a_timed_wait) {
  gate g;
  const auto start = std::chrono::steady_clock::now();
  const auto end = std::chrono::system_clock::now() + 1h;
  std::unique_lock lock(g.mutex);
  const auto how = g.changed.wait_until(lock, end);
  heddle::require(how == std::cv_status::timeout, "nobody notifies");
  heddle::require(std::chrono::system_clock::now() >= end, "the deadline has passed");
  heddle::require(std::chrono::steady_clock::now() - start >= 1h, "on every clock");
}

// Without --spurious as above. With it a wait ends by itself, at most once for each thread: the
// assertion fails; with a loop around the wait (cv_notified_under_lock) all is well, in 4
// executions: not waiting, woken, and waking by itself after the other's section, or before it and
// woken the second time.
HEDDLE_CHECK(cv_spurious_wake_up) {
  gate g;
  std::thread other([&] {
    std::lock_guard lock(g.mutex);
    g.open = true;
    g.changed.notify_one();
  });
  {
    std::unique_lock lock(g.mutex);
    if (!g.open) g.changed.wait(lock);
    heddle::require(g.open, "the wait has ended by itself");
  }
  other.join();
}

HEDDLE_CHECK(cv_any_with_a_lock_of_its_own) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool open = false;
  std::thread other([&] {
    std::lock_guard lock(mutex);
    open = true;
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open; });
  }
  other.join();
}

HEDDLE_CHECK(cv_any_not_notified) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool open = false;
  std::thread other([&] {
    std::lock_guard lock(mutex);
    open = true;
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open; });
  }
  other.join();
}

// Nobody opens, but the stop request of jthread's destructor ends the wait.
HEDDLE_CHECK(cv_any_stopped) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::jthread waiter([&](std::stop_token stop) {
    std::unique_lock lock(mutex);
    const bool open = changed.wait(lock, stop, [] { return false; });
    heddle::require(!open, "it was stopped");
  });
}

// The same wait without the token is never ended.
HEDDLE_CHECK(cv_any_cannot_be_stopped) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::jthread waiter([&](std::stop_token stop) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return stop.stop_requested(); });
  });
}

// The thread is over, its thread_local objects too, when the wait ends.
HEDDLE_CHECK(cv_notify_all_at_thread_exit) {
  gate g;
  std::thread other([&] {
    std::unique_lock lock(g.mutex);
    g.open = true;
    std::notify_all_at_thread_exit(g.changed, std::move(lock));
  });
  g.wait();
  other.join();
}

// Not joined: the notification comes after the unlocking, and may find the variable gone.
HEDDLE_CHECK(cv_notify_all_after_its_end) {
  gate g;
  std::thread other([&] {
    std::unique_lock lock(g.mutex);
    g.open = true;
    std::notify_all_at_thread_exit(g.changed, std::move(lock));
  });
  other.detach();
  g.wait();
}

// A bounded buffer for one item, with one condition variable for both sides and one notification
// for each item: with two producers it can wake the wrong side. What is counted are the orders of
// the critical sections, and of the choices of whom to wake: enumerated by hand (a dozen lines of
// any language), 72 that end and 8 that do not; 80 where all are woken.
struct buffer {
  std::mutex mutex;
  std::condition_variable changed;
  int items = 0;

  void put(bool all) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return items == 0; });
    ++items;
    notify(all);
  }
  void get(bool all) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return items == 1; });
    --items;
    notify(all);
  }
  void notify(bool all) {
    if (all) {
      changed.notify_all();
    } else {
      changed.notify_one();
    }
  }
};

void two_producers_and_two_consumers(bool all) {
  buffer b;
  std::thread p1([&] { b.put(all); }), p2([&] { b.put(all); });
  std::thread c1([&] { b.get(all); }), c2([&] { b.get(all); });
  p1.join();
  p2.join();
  c1.join();
  c2.join();
}

HEDDLE_CHECK(cv_buffer_wakes_the_wrong_side) { two_producers_and_two_consumers(false); }

HEDDLE_CHECK(cv_buffer_wakes_both_sides) { two_producers_and_two_consumers(true); }

}  // namespace
