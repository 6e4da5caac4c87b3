// Checks with one planted fault each: what a night must say of a real check binary that meets them.
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <heddle/check.hpp>
#include <thread>

HEDDLE_CHECK(holds) {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread producer([&] {
    data = 42;
    ready.store(true, std::memory_order_release);
  });
  if (ready.load(std::memory_order_acquire)) heddle::require(data == 42);
  producer.join();
}

HEDDLE_CHECK(races) {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread producer([&] {
    data = 42;
    ready.store(true, std::memory_order_relaxed);
  });
  if (ready.load(std::memory_order_relaxed)) heddle::require(data == 42);
  producer.join();
}

// heddle itself tells of a crash of the program.
HEDDLE_CHECK(reads_through_null) {
  int* volatile nothing = nullptr;
  heddle::require(*nothing == 0);
}

// No operation that heddle sees, so nothing that it could cut.
HEDDLE_CHECK(hangs_where_nobody_sees) {
  for (;;) asm volatile("pause");
}

// "heddle cannot judge": neither pass nor fail.
HEDDLE_CHECK(asks_what_is_not_modelled) { ::kill(::getpid(), SIGKILL); }

// More executions than anybody has time for.
HEDDLE_CHECK(many_executions) {
  std::atomic<int> counter{0};
  const auto count = [&] {
    for (int i = 0; i < 20; ++i) counter.fetch_add(1, std::memory_order_relaxed);
  };
  std::thread first(count);
  std::thread second(count);
  first.join();
  second.join();
}
