// First cure of the once cell under a global lock (PyO3 pull request 975, GILOnceCell): nobody
// waits for another's initialisation. Each thread that finds the cell empty initialises for itself,
// and the first to finish wins; the initialisation may therefore run more than once, but only one
// value is ever published and everyone gets that one.
#include <heddle/check.hpp>
#include <thread>

#include "properties/museum/global_lock.hpp"
#include "properties/museum/racing_once_cell.hpp"

namespace museum {
namespace {

/// Two threads race; proved: no deadlock, one value, the same for both.
HEDDLE_CHECK(once_cure_racing_cell) {
  global_lock lock;
  racing_once_cell<int> cell;
  int runs = 0;  // guarded by the lock
  const int* seen[2] = {};
  auto user = [&](int me) {
    attached now(lock);
    seen[me] = &cell.get_or_init([&] {
      const int mine = ++runs;
      call_interpreter(lock);
      return mine;
    });
  };
  std::thread first(user, 0), second(user, 1);
  first.join();
  second.join();
  heddle::require(seen[0] == seen[1], "both threads get the same object");
  heddle::require(*seen[0] >= 1 && *seen[0] <= runs, "the value is one that was computed");
}

HEDDLE_CHECK(once_cure_racing_cell_three_threads) {
  global_lock lock;
  racing_once_cell<int> cell;
  const int* seen[3] = {};
  auto user = [&](int me) {
    attached now(lock);
    seen[me] = &cell.get_or_init([&] {
      call_interpreter(lock);
      return me;
    });
  };
  std::thread first(user, 0), second(user, 1), third(user, 2);
  first.join();
  second.join();
  third.join();
  heddle::require(seen[0] == seen[1] && seen[1] == seen[2], "all get the same object");
}

/// What the cure gives up: that the initialisation runs once. Found, so that nobody relies on it.
HEDDLE_CHECK(once_cure_racing_cell_runs_once) {
  global_lock lock;
  racing_once_cell<int> cell;
  int runs = 0;  // guarded by the lock
  auto user = [&] {
    attached now(lock);
    cell.get_or_init([&] {
      call_interpreter(lock);
      return ++runs;
    });
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
  heddle::require(runs == 1, "a racing cell does not promise that the initialisation runs once");
}

/// Without the second look at the cell, the loser replaces an object that others already use.
HEDDLE_CHECK(once_cure_racing_cell_without_second_look) {
  global_lock lock;
  int storage[2] = {};
  const int* published = nullptr;  // guarded by the lock
  const int* seen[2] = {};
  auto user = [&](int me) {
    attached now(lock);
    if (published == nullptr) {
      call_interpreter(lock);
      published = &storage[me];
    }
    seen[me] = published;
  };
  std::thread first(user, 0), second(user, 1);
  first.join();
  second.join();
  heddle::require(seen[0] == seen[1], "both threads get the same object");
}

/// The same cell for threads without a lock: one compare-and-exchange decides.
HEDDLE_CHECK(once_cure_racing_atomic_cell) {
  racing_atomic_cell<int> cell;
  const int* seen[2] = {};
  int values[2] = {};
  auto user = [&](int me) {
    seen[me] = &cell.get_or_init([&] { return me + 1; });
    values[me] = *seen[me];
  };
  std::thread first(user, 0), second(user, 1);
  first.join();
  second.join();
  heddle::require(seen[0] == seen[1], "both threads get the same object");
  heddle::require(values[0] == values[1], "and see it complete");
}

}  // namespace
}  // namespace museum
