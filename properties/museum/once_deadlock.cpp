// The once cell under a global lock, as PyO3 met it (PyO3 issue 973 and pull request 975, test1 and
// test2; lazy-static.rs issue 116; the same bug in pybind11, pull request 4877, with static
// variables that import numpy).
//
// A blocking once cell is initialised under the global lock by a function that calls the
// interpreter. Thread 1 begins to initialise, and the call releases the lock. Thread 2 takes the
// lock, finds the cell being initialised, and waits for it without releasing the lock. Thread 1
// wants the lock back. No cycle of initialisers is needed, no weak memory, and each of the two
// parts is correct by itself. Found in every spelling of the cell.
#include <heddle/check.hpp>
#include <mutex>
#include <thread>

#include "properties/museum/global_lock.hpp"
#include "properties/museum/spinning_once_cell.hpp"

namespace museum {
namespace {

constexpr int answer = 42;

int import_answer(global_lock& lock) {
  call_interpreter(lock);
  return answer;
}

HEDDLE_CHECK(once_deadlock_spinning_cell) {
  global_lock lock;
  spinning_once_cell<int> cell;
  auto user = [&] {
    attached now(lock);
    heddle::require(cell.get_or_init([&] { return import_answer(lock); }) == answer);
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

HEDDLE_CHECK(once_deadlock_call_once) {
  global_lock lock;
  std::once_flag once;
  int value = 0;
  auto user = [&] {
    attached now(lock);
    std::call_once(once, [&] { value = import_answer(lock); });
    heddle::require(value == answer);
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

int magic_static(global_lock& lock) {
  static const int value = import_answer(lock);
  return value;
}

HEDDLE_CHECK(once_deadlock_static) {
  global_lock lock;
  auto user = [&] {
    attached now(lock);
    heddle::require(magic_static(lock) == answer);
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

// One thread alone never deadlocks: the lock is free while the interpreter is called.
HEDDLE_CHECK(once_deadlock_needs_two_threads) {
  global_lock lock;
  spinning_once_cell<int> cell;
  std::once_flag once;
  int value = 0;
  attached now(lock);
  heddle::require(cell.get_or_init([&] { return import_answer(lock); }) == answer);
  std::call_once(once, [&] { value = import_answer(lock); });
  heddle::require(value == answer);
  heddle::require(magic_static(lock) == answer);
}

}  // namespace
}  // namespace museum
