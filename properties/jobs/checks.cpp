// Searches that take long enough for several processes to share them (--jobs). The table runs each
// by one process and by four: they must see the same executions, and come to the same end.
#include <atomic>
#include <cstdlib>
#include <heddle/check.hpp>
#include <mutex>
#include <thread>
#include <vector>

int* volatile nothing = nullptr;  // of which no compiler can know

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

template <class Body>
void run_threads(int count, const Body& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&body, i] { body(i); });
  for (std::thread& thread : threads) thread.join();
}

/// 12! / 4!^3 executions.
HEDDLE_CHECK(increments) {
  std::atomic<int> count{0};
  run_threads(3, [&](int) {
    for (int k = 0; k < 4; ++k) count.fetch_add(1, relaxed);
  });
  heddle::require(count == 12);
}

/// As many orders of critical sections.
HEDDLE_CHECK(critical_sections) {
  std::mutex mutex;
  int count = 0;
  run_threads(3, [&](int) {
    for (int k = 0; k < 4; ++k) {
      const std::lock_guard lock(mutex);
      ++count;
    }
  });
  heddle::require(count == 12);
}

/// The last thread is the first to add four times: the search comes to that late.
template <class Event>
void seldom(const Event& event) {
  std::atomic<int> count{0};
  run_threads(3, [&](int i) {
    bool first = true;
    for (int k = 0; k < 4; ++k) first &= count.fetch_add(1) == k;
    if (i == 2 && first) event(count);
  });
}

HEDDLE_CHECK(seldom_fails) {
  seldom([](auto&) { heddle::require(false, "the last was first"); });
}

HEDDLE_CHECK(seldom_crashes) {
  seldom([](auto&) { *nothing = 1; });
}

HEDDLE_CHECK(seldom_cannot_be_judged) {
  seldom([](auto&) { static_cast<void>(std::system("true")); });
}

HEDDLE_CHECK(seldom_ends) {
  seldom([](auto&) {
    std::atomic<int> rounds{0};
    while (rounds.fetch_add(1) >= 0) {
    }
  });
}

/// A loop that is recognised as a spin loop only where it is met: the search begins again, in all
/// processes.
HEDDLE_CHECK(seldom_waits) {
  std::atomic<bool> go{false};
  std::thread other([&] { go = true; });
  seldom([&](auto&) {
    while (!go) {
    }
  });
  other.join();
}

HEDDLE_CHECK(seldom_waits_for_ever) {
  std::mutex mutex;
  mutex.lock();
  seldom([&](auto&) { mutex.lock(); });
}

}  // namespace
