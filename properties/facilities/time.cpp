// Virtual time: clocks and sleeping.
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <heddle/check.hpp>
#include <thread>

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

HEDDLE_CHECK(time_sleeping_takes_time) {
  const auto start = steady::now();
  const auto date = std::chrono::system_clock::now();
  const std::time_t seconds = std::time(nullptr);
  std::this_thread::sleep_for(10s);
  usleep(1'000'000);
  sleep(1);
  heddle::require(steady::now() - start >= 12s, "on the steady clock");
  heddle::require(steady::now() - start < 13s, "but not more");
  heddle::require(std::chrono::system_clock::now() - date >= 12s, "on the wall");
  heddle::require(std::time(nullptr) - seconds >= 12, "in seconds");
  timeval now;
  gettimeofday(&now, nullptr);
  heddle::require(now.tv_sec - seconds >= 12, "in microseconds");
}

HEDDLE_CHECK(time_goes_on_without_sleeping) {
  const auto start = steady::now();
  heddle::require(steady::now() > start, "to look at the clock takes time");
}

// Time that has passed for a thread has passed for whoever joins it.
HEDDLE_CHECK(time_passes_with_synchronisation) {
  const auto start = steady::now();
  std::thread other([] { std::this_thread::sleep_for(1h); });
  other.join();
  heddle::require(steady::now() - start >= 1h, "the thread has slept for an hour");
}

// That a thread sleeps longer proves nothing about who is first.
HEDDLE_CHECK(time_does_not_order) {
  std::atomic<int> last{0};
  std::thread early([&] {
    std::this_thread::sleep_for(1ms);
    last = 1;
  });
  std::thread late([&] {
    std::this_thread::sleep_for(10s);
    last = 2;
  });
  early.join();
  late.join();
  heddle::require(last == 2, "who sleeps longer comes later");
}

// Waiting for a flag that is never raised, until the time is over: after 44 looks at the clock. Its
// write, of false, is seen first by one of the 44 looks at the flag, or never.
HEDDLE_CHECK(time_polling_ends) {
  std::atomic<bool> raised{false};
  std::thread other([&] { raised = false; });
  const auto end = steady::now() + 1s;
  while (!raised && steady::now() < end) std::this_thread::yield();
  heddle::require(steady::now() >= end, "nobody raises it");
  other.join();
}

// Without a limit it never ends, however long it sleeps in between.
HEDDLE_CHECK(time_sleeping_loop_never_ends) {
  std::atomic<bool> raised{false};
  std::thread other([&] { raised = false; });
  while (!raised) std::this_thread::sleep_for(1ms);
  other.join();
}

HEDDLE_CHECK(time_sleeping_loop_ends) {
  std::atomic<bool> raised{false};
  std::thread other([&] { raised = true; });
  while (!raised) std::this_thread::sleep_for(1ms);
  other.join();
}

}  // namespace
