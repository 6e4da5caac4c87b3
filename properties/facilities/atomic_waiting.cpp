// std::atomic::wait and what is built on it: semaphores, latches, barriers, futures.
#include <atomic>
#include <barrier>
#include <chrono>
#include <future>
#include <heddle/check.hpp>
#include <latch>
#include <memory>
#include <semaphore>
#include <thread>

namespace {

using namespace std::chrono_literals;

// Seen at once, or waited for.
HEDDLE_CHECK(wait_and_notify) {
  std::atomic<int> x{0};
  std::thread other([&] {
    x.store(1);
    x.notify_one();
  });
  x.wait(0);
  heddle::require(x.load() == 1, "a wait ends when the value has changed");
  other.join();
}

// The orders may be weaker: to notify is enough for the value to be seen.
HEDDLE_CHECK(wait_and_notify_relaxed) {
  std::atomic<int> x{0};
  std::thread other([&] {
    x.store(1, std::memory_order_relaxed);
    x.notify_one();
  });
  x.wait(0, std::memory_order_relaxed);
  heddle::require(x.load(std::memory_order_relaxed) == 1, "the value has changed");
  other.join();
}

// But nothing else is: a wait synchronises with the store that it sees, as a load does.
HEDDLE_CHECK(wait_relaxed_publishes_nothing) {
  std::atomic<int> x{0};
  int data = 0;
  std::thread other([&] {
    data = 1;
    x.store(1, std::memory_order_relaxed);
    x.notify_one();
  });
  x.wait(0, std::memory_order_relaxed);
  heddle::require(data == 1);
  other.join();
}

HEDDLE_CHECK(wait_without_notify) {
  std::atomic<int> x{0};
  std::thread other([&] { x.store(1); });
  x.wait(0);
  other.join();
}

// The notification comes too early.
HEDDLE_CHECK(wait_notified_before_the_change) {
  std::atomic<int> x{0};
  std::thread other([&] {
    x.notify_one();
    x.store(1);
  });
  x.wait(0);
  other.join();
}

// Somebody else may notify, if the change happens before that.
HEDDLE_CHECK(wait_notified_by_another) {
  std::atomic<int> x{0};
  std::thread other([&] {
    std::thread changes([&] { x.store(1); });
    changes.join();
    x.notify_all();
  });
  x.wait(0);
  other.join();
}

void two_wait(bool all) {
  std::atomic<int> x{0};
  std::thread first([&] { x.wait(0); });
  std::thread second([&] { x.wait(0); });
  x.store(1);
  if (all) {
    x.notify_all();
  } else {
    x.notify_one();
  }
  first.join();
  second.join();
}

HEDDLE_CHECK(wait_one_notification_for_two) { two_wait(false); }

// Each of two sees it at once, or waits: 2 · 2.
HEDDLE_CHECK(wait_all_are_notified) { two_wait(true); }

// Who is woken wakes the next: as good as notify_all.
HEDDLE_CHECK(wait_pass_the_notification_on) {
  std::atomic<int> x{0};
  auto wait_and_pass_on = [&] {
    x.wait(0);
    x.notify_one();
  };
  std::thread first(wait_and_pass_on);
  std::thread second(wait_and_pass_on);
  x.store(1);
  x.notify_one();
  first.join();
  second.join();
}

// The value goes there and back: the waiter may sleep through it.
HEDDLE_CHECK(wait_there_and_back) {
  std::atomic<int> x{0};
  std::thread other([&] {
    x.store(1);
    x.notify_one();
    x.store(0);
  });
  x.wait(0);
  other.join();
}

// What the kernel cannot wait for itself: libstdc++ waits on a version beside it.
HEDDLE_CHECK(wait_on_a_bool) {
  std::atomic<bool> x{false};
  std::thread other([&] {
    x.store(true);
    x.notify_one();
  });
  x.wait(false);
  other.join();
}

HEDDLE_CHECK(wait_on_a_bool_without_notify) {
  std::atomic<bool> x{false};
  std::thread other([&] { x.store(true); });
  x.wait(false);
  other.join();
}

HEDDLE_CHECK(wait_on_a_flag) {
  std::atomic_flag x;
  std::thread other([&] {
    x.test_and_set();
    x.notify_one();
  });
  x.wait(false);
  other.join();
}

// There at once, or waited for.
HEDDLE_CHECK(semaphore_std_hands_over) {
  std::binary_semaphore ready{0};
  int data = 0;
  std::thread other([&] {
    data = 42;
    ready.release();
  });
  ready.acquire();
  heddle::require(data == 42);
  other.join();
}

// libstdc++ 12 reads the count before it tries to take one, and goes to sleep as long as the count
// is what it was: when the token is taken meanwhile, and given back, that is for ever.
HEDDLE_CHECK(semaphore_std_as_a_lock) {
  std::binary_semaphore lock{1};
  int count = 0;
  auto increment = [&] {
    lock.acquire();
    ++count;
    lock.release();
  };
  std::thread other(increment);
  increment();
  other.join();
  heddle::require(count == 2);
}

HEDDLE_CHECK(semaphore_std_for_two) {
  std::counting_semaphore<4> places{2};
  int count = 0;
  auto increment = [&] {
    places.acquire();
    ++count;
    places.release();
  };
  std::thread other(increment);
  increment();
  other.join();
}

HEDDLE_CHECK(semaphore_std_never_released) {
  std::binary_semaphore ready{0};
  std::thread other([&] { ready.acquire(); });
  other.join();
}

HEDDLE_CHECK(semaphore_std_timed) {
  std::binary_semaphore ready{0};
  std::thread other([&] { ready.release(); });
  const bool in_time = ready.try_acquire_for(1s);
  other.join();
  if (!in_time) heddle::require(ready.try_acquire(), "it is there in the end");
}

HEDDLE_CHECK(semaphore_std_timed_can_be_late) {
  std::binary_semaphore ready{0};
  std::thread other([&] { ready.release(); });
  heddle::require(ready.try_acquire_for(1s), "it is late");
  other.join();
}

HEDDLE_CHECK(latch_opens) {
  std::latch ready{2};
  int first = 0, second = 0;
  std::thread a([&] {
    first = 1;
    ready.count_down();
  });
  std::thread b([&] {
    second = 1;
    ready.count_down();
  });
  ready.wait();
  heddle::require(first + second == 2);
  a.join();
  b.join();
}

HEDDLE_CHECK(latch_one_too_few) {
  std::latch ready{2};
  std::thread other([&] { ready.count_down(); });
  ready.wait();
  other.join();
}

HEDDLE_CHECK(barrier_std) {
  int halves[2] = {};
  int sum = 0;
  std::barrier meeting(2, [&]() noexcept { sum = halves[0] + halves[1]; });
  std::thread other([&] {
    halves[1] = 2;
    meeting.arrive_and_wait();
    heddle::require(sum == 3);
  });
  halves[0] = 1;
  meeting.arrive_and_wait();
  heddle::require(sum == 3);
  other.join();
}

HEDDLE_CHECK(barrier_std_one_does_not_come) {
  std::barrier meeting(3);
  std::thread other([&] { meeting.arrive_and_wait(); });
  meeting.arrive_and_wait();
  other.join();
}

HEDDLE_CHECK(future_of_a_promise) {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread other([&] { promise.set_value(42); });
  heddle::require(future.get() == 42);
  other.join();
}

HEDDLE_CHECK(future_never_set) {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  future.wait();
}

HEDDLE_CHECK(future_timed) {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread other([&] { promise.set_value(42); });
  const auto how = future.wait_for(1s);
  heddle::require(how == std::future_status::ready, "it is late");
  other.join();
}

HEDDLE_CHECK(future_of_async) {
  auto task = std::async(std::launch::async, [] { return 42; });
  heddle::require(task.get() == 42);
}

HEDDLE_CHECK(future_of_a_packaged_task) {
  std::packaged_task<int(int)> task([](int n) { return 2 * n; });
  auto future = task.get_future();
  std::thread other(std::move(task), 21);
  heddle::require(future.get() == 42);
  other.join();
}

HEDDLE_CHECK(future_broken_promise) {
  std::future<int> future;
  std::thread other(
      [&, promise = std::promise<int>()]() mutable { auto gone = std::move(promise); });
  other.join();
  std::promise<int> dropped;
  future = dropped.get_future();
  dropped = {};
  try {
    future.get();
    heddle::require(false, "there is no value");
  } catch (const std::future_error&) {
  }
}

HEDDLE_CHECK(jthread_stops) {
  std::atomic<bool> seen{false};
  {
    std::jthread worker([&](std::stop_token stop) {
      while (!stop.stop_requested()) std::this_thread::yield();
      seen = true;
    });
  }
  heddle::require(seen, "the destructor asks it to stop, and joins it");
}

HEDDLE_CHECK(stop_callback_runs_once) {
  std::stop_source source;
  std::atomic<int> calls{0};
  std::stop_callback callback(source.get_token(), [&] { ++calls; });
  std::thread other([&] { source.request_stop(); });
  source.request_stop();
  other.join();
  heddle::require(calls == 1);
}

void replace_and_look(bool exchange) {
  std::atomic<std::shared_ptr<int>> slot{std::make_shared<int>(1)};
  std::thread other([&] { slot.store(std::make_shared<int>(2)); });
  const std::shared_ptr<int> seen = exchange ? slot.exchange(nullptr) : slot.load();
  heddle::require(*seen == 1 || *seen == 2);
  other.join();
}

// Either order.
HEDDLE_CHECK(atomic_shared_ptr_exchanged) { replace_and_look(true); }

// libstdc++ 12 releases the lock of a load without memory_order_release: nothing orders its look at
// the pointer before the store that comes next.
HEDDLE_CHECK(atomic_shared_ptr_loaded) { replace_and_look(false); }

// The same with a pointer that only its counts protect.
HEDDLE_CHECK(plain_shared_ptr) {
  std::shared_ptr<int> slot = std::make_shared<int>(1);
  std::thread other([&] { slot = std::make_shared<int>(2); });
  const std::shared_ptr<int> seen = slot;
  other.join();
}

}  // namespace
