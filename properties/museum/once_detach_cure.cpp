// Second cure of the once cell under a global lock (PyO3's PyOnceLock and OnceExt; pybind11's
// gil_safe_call_once_and_store, pull request 4877): release the lock before waiting for the cell,
// and take it again inside the initialisation. The locks then have one order, first the cell, then
// the global lock. The initialisation runs once.
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

#include "properties/museum/global_lock.hpp"
#include "properties/museum/spinning_once_cell.hpp"

namespace museum {
namespace {

constexpr int answer = 42;

int import_answer_attached(global_lock& lock, int& runs) {
  attached again(lock);
  ++runs;
  call_interpreter(lock);
  return answer;
}

HEDDLE_CHECK(once_cure_detach_spinning_cell) {
  global_lock lock;
  spinning_once_cell<int> cell;
  int runs = 0;
  auto user = [&] {
    attached now(lock);
    const int* value = nullptr;
    {
      detached while_waiting(lock);
      value = &cell.get_or_init([&] { return import_answer_attached(lock, runs); });
    }
    heddle::require(*value == answer);
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
  heddle::require(runs == 1, "the initialisation runs once");
}

HEDDLE_CHECK(once_cure_detach_call_once) {
  global_lock lock;
  std::once_flag once;
  int value = 0, runs = 0;
  auto user = [&] {
    attached now(lock);
    {
      detached while_waiting(lock);
      std::call_once(once, [&] { value = import_answer_attached(lock, runs); });
    }
    heddle::require(value == answer);
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
  heddle::require(runs == 1, "the initialisation runs once");
}

int magic_static(global_lock& lock, int& runs) {
  static const int value = import_answer_attached(lock, runs);
  return value;
}

HEDDLE_CHECK(once_cure_detach_static) {
  global_lock lock;
  int runs = 0;
  auto user = [&] {
    attached now(lock);
    int value = 0;
    {
      detached while_waiting(lock);
      value = magic_static(lock, runs);
    }
    heddle::require(value == answer);
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
  heddle::require(runs == 1, "the initialisation runs once");
}

/// The cure is a discipline: one user who waits attached brings the deadlock back.
HEDDLE_CHECK(once_cure_detach_half_adopted) {
  global_lock lock;
  std::once_flag once;
  int value = 0, runs = 0;
  std::thread disciplined([&] {
    attached now(lock);
    detached while_waiting(lock);
    std::call_once(once, [&] { value = import_answer_attached(lock, runs); });
  });
  std::thread careless([&] {
    attached now(lock);
    std::call_once(once, [&] {
      call_interpreter(lock);
      value = answer;
    });
  });
  disciplined.join();
  careless.join();
  heddle::require(value == answer);
}

}  // namespace
}  // namespace museum
