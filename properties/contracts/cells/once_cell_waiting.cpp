// The contracts of once_cell (<heddle/once_cell.hpp>), OC-5 to OC-9: failures, waiting, lifetime
// and cycles. A check and, where a cell can be wrong, the same body over a cell with that one
// mistake (flawed_once.hpp), which must be found.
#include <heddle/check.hpp>
#include <heddle/once_cell.hpp>
#include <memory>
#include <new>
#include <optional>

#include "properties/contracts/cells/cycles.hpp"
#include "properties/contracts/cells/flawed_once.hpp"
#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

using heddle::once_cell;

/// A failure reopens the cell: somebody else makes the value, and the exception went to one caller.
template <typename Cell>
void exception_reopens_the_cell() {
  Cell cell;
  int tries = 0;
  int caught[2] = {};
  auto user = [&](int me) {
    try {
      cell.get_or_init([&] {
        if (++tries == 1) throw 1;
        return tries;
      });
    } catch (int) {
      ++caught[me];
    }
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(caught[0] + caught[1] == 1, "the exception goes to the caller that ran it");
  heddle::require(tries == 2 && *cell.get() == 2, "the other caller makes the value");
}

HEDDLE_CHECK(oc_5_exception_reopens_the_cell) { exception_reopens_the_cell<once_cell<int>>(); }
HEDDLE_CHECK(oc_5_keeps_running) {
  exception_reopens_the_cell<flawed_once<int, flaw::keeps_running>>();
}
HEDDLE_CHECK(oc_5_wakes_nobody) {
  exception_reopens_the_cell<flawed_once<int, flaw::wakes_nobody_after_throw>>();
}

/// Two may wait when the first fails: both are woken. (A failure without an exception has fewer
/// events, and counts as one.)
HEDDLE_CHECK(oc_5_all_waiters_wake) {
  once_cell<int> cell;
  auto waiter = [&] { cell.get_or_init([] { return 2; }); };
  together(
      [&] {
        static_cast<void>(
            cell.get_or_try_init([]() -> std::optional<int> { return std::nullopt; }));
      },
      waiter, waiter);
  heddle::require(*cell.get() == 2);
}

/// What a failed attempt did happens before the next attempt (`tries` above is no atomic), also if
/// a waiter marks the empty cell in between.
HEDDLE_CHECK(oc_5_attempts_are_ordered) {
  once_cell<int> cell;
  int tries = 0;
  auto fails_once = [&] {
    return cell.get_or_try_init([&]() -> std::optional<int> {
      if (++tries == 1) return std::nullopt;
      return tries;
    });
  };
  bool succeeded[2] = {};
  together([&] { succeeded[0] = bool(fails_once()); }, [&] { succeeded[1] = bool(fails_once()); });
  heddle::require(succeeded[0] != succeeded[1], "one attempt fails, the other makes the value");
  heddle::require(tries == 2 && *cell.get() == 2);
}

HEDDLE_CHECK(oc_5_wait_outlives_a_failure) {
  once_cell<int> cell;
  together([&] { heddle::require(cell.wait() == 7); },
           [&] {
             try {
               cell.get_or_init([]() -> int { throw 1; });
             } catch (int) {
             }
             cell.get_or_init([] { return 7; });
           });
}

template <typename Cell>
void stored_before_woken() {
  Cell cell;
  auto user = [&] { cell.get_or_init([] { return 1; }); };
  together(user, user);
}

HEDDLE_CHECK(oc_6_stored_before_woken) { stored_before_woken<once_cell<int>>(); }
HEDDLE_CHECK(oc_6_woken_before_stored) {
  stored_before_woken<flawed_once<int, flaw::wakes_before_storing>>();
}

template <typename Cell>
int* address(Cell& cell) {
  if constexpr (requires {
                  { cell.wait() } -> std::same_as<int*>;
                }) {
    return cell.wait();
  } else {
    return &cell.wait();
  }
}

/// The waiter is woken by a failure first.
template <typename Cell>
void wait_returns_when_full() {
  Cell cell;
  together(
      [&] {
        const int* value = address(cell);
        heddle::require(value != nullptr && *value == 7, "wait returns when the cell is full");
      },
      [&] {
        try {
          cell.get_or_init([]() -> int { throw 1; });
        } catch (int) {
        }
        cell.get_or_init([] { return 7; });
      });
}

HEDDLE_CHECK(oc_7_wait_returns_when_full) { wait_returns_when_full<once_cell<int>>(); }
HEDDLE_CHECK(oc_7_waits_once) { wait_returns_when_full<flawed_once<int, flaw::waits_once>>(); }

/// Who sees the value may destroy the cell, while the one who made it is still on the way out.
template <typename Cell>
void destroyed_by_the_waiter() {
  auto cell = std::make_unique<Cell>();
  Cell* const shared = cell.get();
  together(
      [&] {
        heddle::require(*address(*shared) == 1);
        cell.reset();
      },
      [shared] { static_cast<void>(shared->set(1)); });
}

HEDDLE_CHECK(oc_8_destroyed_by_the_waiter) { destroyed_by_the_waiter<once_cell<int>>(); }
HEDDLE_CHECK(oc_8_touches_after_storing) {
  destroyed_by_the_waiter<flawed_once<int, flaw::touches_after_storing>>();
}

/// A waiter of its own, as lists of parked threads have them, woken after it was told that it is
/// free to go.
HEDDLE_CHECK(oc_8_touches_a_waiter_that_may_have_gone) {
  struct node {
    std::atomic<int> signalled{0};
  };
  auto waiter = std::make_unique<node>();
  node* const listed = waiter.get();
  together(
      [&] {
        while (waiter->signalled.load(std::memory_order_acquire) == 0) waiter->signalled.wait(0);
        waiter.reset();
      },
      [listed] {
        listed->signalled.store(1, std::memory_order_release);
        if (listed->signalled.load(std::memory_order_relaxed) == 1) listed->signalled.notify_one();
      });
}

HEDDLE_CHECK(oc_9_recursion_throws) { recursion_throws<once_cell<int>>(); }

HEDDLE_CHECK(oc_9_recursion_by_wait_throws) {
  once_cell<int> cell;
  bool thrown = false;
  cell.get_or_init([&] {
    try {
      cell.wait();
    } catch (const heddle::recursive_initialisation&) {
      thrown = true;
    }
    return 1;
  });
  heddle::require(thrown && *cell.get() == 1);
}

HEDDLE_CHECK(oc_9_recursion_unnoticed) {
  flawed_once<int, flaw::none> cell;
  cell.get_or_init([&] { return cell.get_or_init([] { return 1; }); });
}

HEDDLE_CHECK(oc_9_cycle_is_reported) { opposite_order<once_cell<int>>(); }
HEDDLE_CHECK(oc_9_cycle_unnoticed) { opposite_order<flawed_once<int, flaw::none>>(); }

/// A stop ends the waiting of one caller, and nothing else.
HEDDLE_CHECK(oc_5_stop_ends_a_wait_only) {
  once_cell<int> cell;
  std::stop_source stop;
  together(
      [&] {
        cell.get_or_init([&] {
          stop.request_stop();
          return 1;
        });
      },
      [&] {
        try {
          heddle::require(cell.get_or_init([] { return 1; }, stop.get_token()) == 1);
        } catch (const heddle::operation_cancelled&) {
        }
      });
  heddle::require(*cell.get() == 1, "the initialiser is not abandoned");
}

/// The initialiser waits for the thread that waits for it, until that gives up.
HEDDLE_CHECK(oc_5_stopped_waiter_returns) {
  once_cell<int> cell;
  std::stop_source stop;
  bool cancelled = false;
  cell.get_or_init([&] {
    std::thread waiter([&] {
      try {
        cell.get_or_init([] { return 2; }, stop.get_token());
      } catch (const heddle::operation_cancelled&) {
        cancelled = true;
      }
    });
    stop.request_stop();
    waiter.join();
    return 1;
  });
  heddle::require(cancelled && *cell.get() == 1);
}

HEDDLE_CHECK(oc_5_waiter_that_cannot_be_stopped) {
  once_cell<int> cell;
  cell.get_or_init([&] {
    std::thread waiter([&] { cell.get_or_init([] { return 2; }); });
    waiter.join();
    return 1;
  });
}

HEDDLE_CHECK(oc_7_stopped_wait_has_no_value) {
  once_cell<int> cell;
  std::stop_source stop;
  together([&] { heddle::require(cell.wait(stop.get_token()) == nullptr, "nobody makes a value"); },
           [&] { stop.request_stop(); });
}

/// The value and the stop come at the same time: the value wins where it was there first.
HEDDLE_CHECK(oc_7_wait_or_stop) {
  once_cell<int> cell;
  std::stop_source stop;
  together(
      [&] {
        const int* value = cell.wait(stop.get_token());
        heddle::require(value != nullptr && *value == 1, "the value was there before the stop");
      },
      [&] {
        static_cast<void>(cell.set(1));
        stop.request_stop();
      });
}

/// In storage that outlives it, so that nothing but the cell's own diagnosis can be found.
HEDDLE_CHECK(oc_8_destroyed_while_waited_for) {
  alignas(once_cell<int>) static unsigned char storage[sizeof(once_cell<int>)];
  auto* cell = new (storage) once_cell<int>;
  std::stop_source stop;
  together(
      [&] {
        std::destroy_at(cell);
        stop.request_stop();
      },
      [&] { cell->wait(stop.get_token()); });
}

HEDDLE_CHECK(oc_8_destroyed_while_initialised) {
  auto cell = std::make_unique<once_cell<int>>();
  cell->get_or_init([&] {
    cell.reset();
    return 1;
  });
}

}  // namespace
}  // namespace cells
