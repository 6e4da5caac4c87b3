// A double-checked flag that the global lock used to protect (pybind11 issue 5245, pull request
// 5246: `is_initialized_` of gil_safe_call_once_and_store was a plain bool; pull request 6087: a
// cached pointer was read before the flag that says whether it is valid).
//
// Under a global lock a plain bool is enough: whoever looks at it holds the lock. Without the lock
// the look is a data race, and on a processor that reorders, the flag may be seen before the value.
// And an atomic flag alone is not enough either: the pointer has to be written before the flag is
// set, and read after the flag was seen.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/gil_once_cell.hpp>
#include <mutex>
#include <thread>

namespace museum {
namespace {

template <typename Use>
void by_two_threads(Use&& use) {
  std::thread second(use);
  use();
  second.join();
}

HEDDLE_CHECK(flag_plain_without_the_lock) {
  std::mutex once;
  bool initialised = false;
  int value = 0;
  by_two_threads([&] {
    if (!initialised) {
      std::lock_guard lock(once);
      if (!initialised) {
        value = 42;
        initialised = true;
      }
    }
    heddle::require(value == 42, "who sees the flag sees the value");
  });
}

/// The same where everyone holds one lock all the time: why it was right for so long.
HEDDLE_CHECK(flag_plain_under_the_lock) {
  std::mutex global_lock;
  bool initialised = false;
  int value = 0;
  by_two_threads([&] {
    std::lock_guard attached(global_lock);
    if (!initialised) {
      value = 42;
      initialised = true;
    }
    heddle::require(value == 42, "who sees the flag sees the value");
  });
}

HEDDLE_CHECK(flag_relaxed) {
  std::atomic<bool> initialised{false};
  std::atomic<int*> cached{nullptr};
  int value = 42;
  std::thread second([&] {
    if (initialised.load(std::memory_order_relaxed)) {
      heddle::require(cached.load(std::memory_order_relaxed) != nullptr,
                      "a valid pointer is not null");
    }
  });
  cached.store(&value, std::memory_order_relaxed);
  initialised.store(true, std::memory_order_relaxed);
  second.join();
}

HEDDLE_CHECK(flag_pointer_read_before) {
  std::atomic<bool> valid{false};
  std::atomic<int*> cached{nullptr};
  int value = 42;
  std::thread second([&] {
    int* const seen = cached.load(std::memory_order_acquire);
    if (valid.load(std::memory_order_acquire)) {
      heddle::require(seen != nullptr, "a valid pointer is not null");
    }
  });
  cached.store(&value, std::memory_order_release);
  valid.store(true, std::memory_order_release);
  second.join();
}

HEDDLE_CHECK(flag_cure_in_order) {
  std::atomic<bool> valid{false};
  int* cached = nullptr;
  int value = 42;
  std::thread second([&] {
    if (valid.load(std::memory_order_acquire)) {
      heddle::require(cached != nullptr && *cached == 42, "a valid pointer is not null");
    }
  });
  cached = &value;
  valid.store(true, std::memory_order_release);
  second.join();
}

/// One word that is flag and pointer: there is no order to get wrong.
HEDDLE_CHECK(flag_cure_one_word) {
  heddle::race_once<int> cell;
  by_two_threads([&] {
    heddle::require(cell.get_or_init([] { return 42; }) == 42, "who sees it sees the value");
  });
}

}  // namespace
}  // namespace museum
