// Data races, and their neighbours that are none.
#include <atomic>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

#include "properties/diagnosis/opaque.hpp"

namespace {

HEDDLE_CHECK(race_plain_write_write) {
  int x = 0;
  std::thread other([&] { x = 1; });
  x = 2;
  other.join();
}

HEDDLE_CHECK(race_plain_read_write) {
  int x = 0;
  std::thread other([&] { x = 1; });
  diagnosis::opaque(x);
  other.join();
}

HEDDLE_CHECK(race_plain_read_read_is_none) {
  int x = 1;
  std::thread other([&] { diagnosis::opaque(x); });
  diagnosis::opaque(x);
  other.join();
}

HEDDLE_CHECK(race_increment) {
  int x = 0;
  auto increment = [&] { ++x; };
  std::thread first(increment), second(increment);
  first.join();
  second.join();
}

HEDDLE_CHECK(race_increment_locked_is_none) {
  int x = 0;
  std::mutex mutex;
  auto increment = [&] {
    std::lock_guard lock(mutex);
    ++x;
  };
  std::thread first(increment), second(increment);
  first.join();
  second.join();
  heddle::require(x == 2);
}

HEDDLE_CHECK(race_create_and_join_order_is_none) {
  int x = 1;
  std::thread other([&] { ++x; });
  other.join();
  ++x;
  heddle::require(x == 3);
}

/// Only some executions race: those where the flag is seen early.
HEDDLE_CHECK(race_relaxed_publication) {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread writer([&] {
    data = 1;
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_acquire)) diagnosis::opaque(data);
  writer.join();
}

HEDDLE_CHECK(race_release_publication_is_none) {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread writer([&] {
    data = 1;
    ready.store(true, std::memory_order_release);
  });
  if (ready.load(std::memory_order_acquire)) heddle::require(data == 1);
  writer.join();
}

/// Fences on both sides order as well as release and acquire do.
HEDDLE_CHECK(race_fence_publication_is_none) {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread writer([&] {
    data = 1;
    std::atomic_thread_fence(std::memory_order_release);
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed)) {
    std::atomic_thread_fence(std::memory_order_acquire);
    heddle::require(data == 1);
  }
  writer.join();
}

HEDDLE_CHECK(race_atomic_and_plain) {
  int x = 0;
  std::thread other([&] { std::atomic_ref<int>(x).store(1); });
  diagnosis::opaque(x);
  other.join();
}

HEDDLE_CHECK(race_atomic_and_atomic_is_none) {
  int x = 0;
  std::thread other([&] { std::atomic_ref<int>(x).store(1, std::memory_order_relaxed); });
  std::atomic_ref<int>(x).load(std::memory_order_relaxed);
  other.join();
  heddle::require(x == 1, "after the join a plain read is fine");
}

/// That the load did not conflict with the plain read says nothing about the store.
HEDDLE_CHECK(race_plain_read_before_atomic_load_and_store) {
  int x = 0;
  std::thread first([&] { diagnosis::opaque(x); });
  std::thread second([&] {
    std::atomic_ref<int>(x).load(std::memory_order_relaxed);
    std::atomic_ref<int>(x).store(1, std::memory_order_relaxed);
  });
  first.join();
  second.join();
}

HEDDLE_CHECK(race_plain_read_and_atomic_load_is_none) {
  int x = 0;
  std::thread first([&] { diagnosis::opaque(x); });
  std::thread second([&] { std::atomic_ref<int>(x).load(std::memory_order_relaxed); });
  first.join();
  second.join();
  std::atomic_ref<int>(x).store(1, std::memory_order_relaxed);
}

struct alignas(16) two_words {
  long first = 0;
  long second = 0;
};

/// An atomic object of 16 bytes lies in two granules of the shadow.
HEDDLE_CHECK(race_second_half_of_sixteen_bytes) {
  two_words x;
  std::thread atomically(
      [&] { std::atomic_ref<two_words>(x).store({1, 2}, std::memory_order_relaxed); });
  std::thread plainly([&] { diagnosis::opaque(x.second); });
  atomically.join();
  plainly.join();
}

HEDDLE_CHECK(race_second_half_of_sixteen_bytes_first) {
  two_words x;
  std::thread plainly([&] { diagnosis::opaque(x.second); });
  std::thread atomically(
      [&] { std::atomic_ref<two_words>(x).store({1, 2}, std::memory_order_relaxed); });
  plainly.join();
  atomically.join();
}

HEDDLE_CHECK(race_halves_of_sixteen_bytes_joined_is_none) {
  two_words x;
  std::thread([&] {
    std::atomic_ref<two_words>(x).store({1, 2}, std::memory_order_relaxed);
  }).join();
  x.second = 3;
  heddle::require(std::atomic_ref<two_words>(x).load(std::memory_order_relaxed).second == 3);
}

/// An atomic object may not be used before its construction is known to the other thread.
HEDDLE_CHECK(race_initialisation_of_atomic) {
  alignas(std::atomic<int>) unsigned char storage[sizeof(std::atomic<int>)];
  std::atomic<std::atomic<int>*> published{nullptr};
  std::thread other([&] {
    auto* x = new (storage) std::atomic<int>(1);
    published.store(x, std::memory_order_relaxed);
  });
  if (auto* x = published.load(std::memory_order_relaxed)) x->load(std::memory_order_relaxed);
  other.join();
}

struct fields {
  char a = 0;
  char b = 0;
  short c = 0;
  int d = 0;
};

HEDDLE_CHECK(race_neighbouring_fields_is_none) {
  alignas(8) fields shared;
  std::thread first([&] { shared.a = 1; });
  std::thread second([&] { shared.b = 2; });
  std::thread third([&] { shared.c = 3; });
  shared.d = 4;
  first.join();
  second.join();
  third.join();
  heddle::require(shared.a == 1 && shared.b == 2 && shared.c == 3 && shared.d == 4);
}

HEDDLE_CHECK(race_one_of_the_fields) {
  alignas(8) fields shared;
  std::thread other([&] {
    shared.b = 2;
    shared.c = 3;
  });
  shared.d = 4;
  shared.c = 5;
  other.join();
}

struct bits {
  unsigned low : 4;
  unsigned high : 4;
};

/// Adjacent bit-fields are one memory location ([intro.memory]).
HEDDLE_CHECK(race_bit_fields) {
  bits shared{0, 0};
  std::thread other([&] { shared.low = 1; });
  shared.high = 2;
  other.join();
}

/// The classic: a base class starts a thread that calls a virtual function, and joins it in its
/// destructor, when the derived part is gone already.
class active_base {
 public:
  active_base() = default;
  virtual ~active_base() { stop(); }
  void start() {
    thread_ = std::thread([this] { step(); });
  }
  void stop() {
    if (thread_.joinable()) thread_.join();
  }
  virtual int step() { return 0; }

 private:
  std::thread thread_;
};

class active_derived : public active_base {
 public:
  explicit active_derived(bool stops_itself) : stops_itself_(stops_itself) {}
  ~active_derived() override {
    if (stops_itself_) stop();
  }
  int step() override { return 1; }

 private:
  const bool stops_itself_;
};

HEDDLE_CHECK(race_vptr_in_destructor) {
  active_derived object(false);
  object.start();
}

HEDDLE_CHECK(race_vptr_stopped_before_is_none) {
  active_derived object(true);
  object.start();
}

/// Objects of static storage duration race like any others.
HEDDLE_CHECK(race_in_static_storage) {
  static int x = 0;
  std::thread other([] { x = 1; });
  x = 2;
  other.join();
  diagnosis::opaque(x);
}

/// Told to go on after a race, heddle does not mind that the rest no longer repeats itself.
HEDDLE_CHECK(race_then_more) {
  std::atomic<int> full{2};
  int value = 1;
  std::thread reader([&] {
    if (full.load(std::memory_order_acquire) == 2) heddle::require(value != 0);
  });
  if (full.load(std::memory_order_acquire) == 2) full.store(0, std::memory_order_relaxed);
  int seen = full.load(std::memory_order_acquire);
  if (seen == 0 && full.compare_exchange_strong(seen, 16, std::memory_order_acquire)) {
    value = 2;
    full.exchange(2, std::memory_order_release);
  }
  reader.join();
}

}  // namespace
