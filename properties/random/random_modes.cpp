// The random modes on whole programs: each finds what can be found, and calls what it has not found
// bounded. The bugs are those that tell the modes apart: an order of operations, an old value, a
// deadlock, a spin loop that has to be left again, a wait.
#include <atomic>
#include <condition_variable>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

namespace {

/// The reader comes between two given writes.
HEDDLE_CHECK(between_two_writes) {
  std::atomic<int> x{0};
  std::thread writer([&] {
    x.store(1);
    x.store(2);
  });
  heddle::require(x.load() != 1, "nobody looks in between");
  writer.join();
}

/// Only an old value of x shows it: no order of the operations does.
HEDDLE_CHECK(old_value) {
  std::atomic<int> x{0};
  std::atomic<int> ready{0};
  std::thread writer([&] {
    x.store(1, std::memory_order_relaxed);
    ready.store(1, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed) == 1) {
    heddle::require(x.load(std::memory_order_relaxed) == 1, "what came before is seen");
  }
  writer.join();
}

HEDDLE_CHECK(old_value_cure) {
  std::atomic<int> x{0};
  std::atomic<int> ready{0};
  std::thread writer([&] {
    x.store(1, std::memory_order_relaxed);
    ready.store(1, std::memory_order_release);
  });
  if (ready.load(std::memory_order_acquire) == 1) {
    heddle::require(x.load(std::memory_order_relaxed) == 1, "what came before is seen");
  }
  writer.join();
}

/// Only a write that goes before an older one shows it.
HEDDLE_CHECK(write_goes_before) {
  std::atomic<int> x{0};
  std::atomic<int> y{0};
  std::thread other([&] {
    y.store(1, std::memory_order_relaxed);
    x.store(2, std::memory_order_relaxed);
  });
  x.store(1, std::memory_order_relaxed);
  y.store(2, std::memory_order_relaxed);
  other.join();
  heddle::require(x.load() != 1 || y.load() != 1, "the first writes are not the last");
}

HEDDLE_CHECK(opposite_locks) {
  std::mutex a;
  std::mutex b;
  std::thread other([&] {
    std::lock_guard first(b);
    std::lock_guard second(a);
  });
  {
    std::lock_guard first(a);
    std::lock_guard second(b);
  }
  other.join();
}

/// Holds: the loop is left as soon as the flag is seen, and the cell is then filled.
HEDDLE_CHECK(spins_until_it_is_ready) {
  std::atomic<bool> ready{false};
  int cell = 0;
  std::thread writer([&] {
    cell = 7;
    ready.store(true, std::memory_order_release);
  });
  while (!ready.load(std::memory_order_acquire)) {
  }
  heddle::require(cell == 7, "the cell is filled");
  writer.join();
}

/// Fails behind the loop: an execution in which the spinning thread goes on is needed.
HEDDLE_CHECK(fails_behind_a_spin_loop) {
  std::atomic<int> stage{0};
  std::atomic<bool> ready{false};
  std::thread writer([&] {
    ready.store(true, std::memory_order_release);
    stage.store(1, std::memory_order_release);
  });
  while (!ready.load(std::memory_order_acquire)) {
  }
  heddle::require(stage.load() == 1, "the stage comes with the flag");
  writer.join();
}

HEDDLE_CHECK(waits_for_a_message) {
  std::mutex mutex;
  std::condition_variable changed;
  bool sent = false;
  std::thread sender([&] {
    std::lock_guard lock(mutex);
    sent = true;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return sent; });
  lock.unlock();
  sender.join();
}

/// Looks and then waits: the notification may have come in between.
HEDDLE_CHECK(misses_the_message) {
  std::mutex mutex;
  std::condition_variable changed;
  std::atomic<bool> sent{false};
  std::thread sender([&] {
    sent = true;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  if (!sent) changed.wait(lock);
  lock.unlock();
  sender.join();
}

}  // namespace
