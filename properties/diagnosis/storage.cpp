// Each execution starts fresh: what the one before left in static and thread-local storage is gone.
// Every check here has several executions (two threads and one atomic), so that each but the first
// would notice.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <heddle/check.hpp>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

/// Two threads race for `x`, which takes several executions; `body` runs in each.
template <typename Body>
void several_executions(Body body) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1, std::memory_order_relaxed); });
  x.load(std::memory_order_relaxed);
  body();
  writer.join();
}

int zero_initialised;
int initialised = 41;
std::atomic<int> atomic_initialised{7};

HEDDLE_CHECK(storage_globals_are_fresh) {
  several_executions([] {
    heddle::require(zero_initialised == 0 && initialised == 41 && atomic_initialised.load() == 7,
                    "globals hold their initial values");
    ++zero_initialised;
    ++initialised;
    atomic_initialised.fetch_add(1);
  });
}

/// The sibling: within one execution they do change.
HEDDLE_CHECK(storage_globals_change_within_an_execution) {
  ++initialised;
  std::thread other([] { ++initialised; });
  other.join();
  heddle::require(initialised == 41, "two increments were made");
}

int constructions = 0;

struct counted {
  counted() { ++constructions; }
  int value = 5;
};

counted& function_local() {
  static counted object;
  return object;
}

HEDDLE_CHECK(storage_function_locals_are_fresh) {
  several_executions([] {
    heddle::require(constructions == 0, "not constructed yet");
    heddle::require(function_local().value == 5, "constructed at first use");
    function_local().value = 6;
    heddle::require(constructions == 1, "constructed once");
  });
}

HEDDLE_CHECK(storage_function_local_constructed_once) {
  auto user = [] { heddle::require(function_local().value == 5, "constructed before it is used"); };
  std::thread first(user), second(user);
  first.join();
  second.join();
  heddle::require(constructions == 1, "constructed by one of the two");
}

std::vector<int> global_vector;

HEDDLE_CHECK(storage_global_container_is_fresh) {
  several_executions([] {
    heddle::require(global_vector.empty(), "nothing is left of the last execution");
    global_vector.assign(100, 1);
  });
}

thread_local int per_thread = 3;

HEDDLE_CHECK(storage_thread_local_per_thread) {
  several_executions([] {
    heddle::require(per_thread == 3, "fresh in the main thread");
    per_thread = 4;
    int* theirs = nullptr;
    std::thread other([&] {
      heddle::require(per_thread == 3, "fresh in a new thread");
      per_thread = 5;
      theirs = &per_thread;
    });
    other.join();
    heddle::require(per_thread == 4, "the other thread has its own");
    heddle::require(theirs != &per_thread, "at its own address");
  });
}

std::atomic<int> alive{0};

struct lives {
  lives() { alive.fetch_add(1); }
  ~lives() { alive.fetch_sub(1); }
  std::string text = "a text that is too long for the small buffer of std::string";
};

thread_local lives with_destructor;

HEDDLE_CHECK(storage_thread_local_is_destroyed) {
  auto user = [] { heddle::require(!with_destructor.text.empty() && alive.load() >= 1); };
  std::thread first(user), second(user);
  first.join();
  second.join();
  heddle::require(alive.load() == 0, "each thread destroyed its own before its end");
}

/// A thread-local object that is never touched is never constructed.
HEDDLE_CHECK(storage_thread_local_is_lazy) {
  std::thread idle([] {});
  idle.join();
  heddle::require(alive.load() == 0);
}

struct mutex_first {
  std::mutex mutex;
  std::condition_variable changed;
};

struct condition_first {
  std::condition_variable changed;
  std::mutex mutex;
};

template <typename Pair>
[[gnu::noinline]] void wait_a_second() {
  Pair pair;
  std::unique_lock lock(pair.mutex);
  pair.changed.wait_for(lock, std::chrono::seconds(1));
}

/// A std::mutex ends without a word: what its memory becomes next is another object.
HEDDLE_CHECK(stack_slot_reused_for_another_kind) {
  wait_a_second<mutex_first>();
  wait_a_second<condition_first>();
  wait_a_second<mutex_first>();
}

}  // namespace
