// The contracts of once_cell (<heddle/once_cell.hpp>), OC-1 to OC-4 and OC-10 (the others are in
// once_cell_waiting.cpp). A check and, where a cell can be wrong, the same body over a cell with
// that one mistake (flawed_once.hpp), which must be found.
#include <heddle/check.hpp>
#include <heddle/once_cell.hpp>
#include <memory>
#include <optional>

#include "properties/contracts/cells/flawed_once.hpp"
#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

using heddle::once_cell;

template <typename Cell>
void one_at_a_time() {
  Cell cell;
  int inside = 0;  // no atomic: runs at the same time would be a race, too
  auto user = [&] {
    cell.get_or_init([&] {
      heddle::require(inside == 0, "one initialiser runs at a time");
      ++inside;
      --inside;
      return 1;
    });
  };
  together(user, user);
}

HEDDLE_CHECK(oc_1_one_at_a_time) { one_at_a_time<once_cell<int>>(); }
HEDDLE_CHECK(oc_1_looks_then_runs) { one_at_a_time<flawed_once<int, flaw::looks_then_runs>>(); }
HEDDLE_CHECK(oc_1_flawless) { one_at_a_time<flawed_once<int, flaw::none>>(); }

/// An initialiser is called as it was given: an lvalue stays usable, an rvalue may be used up.
HEDDLE_CHECK(oc_1_called_as_given) {
  struct counting {
    int operator()() & { return 1; }
    int operator()() && { return 2; }
  } initialiser;
  once_cell<int> kept, used_up;
  heddle::require(kept.get_or_init(initialiser) == 1, "an lvalue is called as one");
  heddle::require(used_up.get_or_init(counting{}) == 2, "an rvalue is called as one");
}

HEDDLE_CHECK(oc_1_three_threads) {
  once_cell<int> cell;
  int runs = 0;
  auto user = [&] { heddle::require(cell.get_or_init([&] { return ++runs; }) == 1); };
  together(user, user, user);
}

/// The one that comes first may fail; of those that follow exactly one succeeds.
template <typename Cell>
void one_success() {
  Cell cell;
  int successes = 0;
  auto user = [&](bool fails) {
    try {
      cell.get_or_init([&] {
        if (fails) throw 1;
        return ++successes;
      });
    } catch (int) {
    }
  };
  together([&] { user(true); }, [&] { user(false); });
  cell.get_or_init([&] { return ++successes; });
  heddle::require(successes == 1, "exactly one initialiser succeeds");
}

HEDDLE_CHECK(oc_2_one_success) { one_success<once_cell<int>>(); }
HEDDLE_CHECK(oc_2_forgets_success) { one_success<flawed_once<int, flaw::forgets_success>>(); }

template <typename Cell>
void same_object() {
  Cell cell;
  int* seen[2] = {};
  auto user = [&](int me) { seen[me] = &cell.get_or_init([&] { return me; }); };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(seen[0] == seen[1], "all callers get the same object");
  heddle::require(cell.get() == seen[0], "and it stays where it is");
}

HEDDLE_CHECK(oc_3_same_object) { same_object<once_cell<int>>(); }
HEDDLE_CHECK(oc_3_forgets_success) { same_object<flawed_once<int, flaw::forgets_success>>(); }

template <typename Cell>
void value_is_seen_whole() {
  Cell cell;
  together([&] { cell.get_or_init([] { return 42; }); },
           [&] {
             if (const int* value = cell.get()) heddle::require(*value == 42);
           });
}

HEDDLE_CHECK(oc_4_value_is_seen_whole) { value_is_seen_whole<once_cell<int>>(); }
HEDDLE_CHECK(oc_4_publishes_relaxed) {
  value_is_seen_whole<flawed_once<int, flaw::publishes_relaxed>>();
}

/// Nobody synchronises the two but the cell, whichever path they take through it.
HEDDLE_CHECK(oc_4_every_return_sees_the_value) {
  once_cell<int> cell;
  auto user = [&] { heddle::require(cell.get_or_init([] { return 42; }) == 42); };
  together(user, user, [&] { static_cast<void>(cell.set(42)); });
}

template <typename Cell>
void set_gives_back() {
  Cell cell;
  bool placed[2] = {};
  auto user = [&](int me) {
    if constexpr (std::is_same_v<decltype(cell.set(0)), bool>) {
      placed[me] = cell.set(me);
    } else {
      const std::optional<int> rejected = cell.set(me);
      heddle::require(!rejected || *rejected == me, "a value that is not placed comes back");
      placed[me] = !rejected;
    }
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(placed[0] != placed[1], "one value is placed");
  heddle::require(*cell.get() == (placed[0] ? 0 : 1), "and stays");
}

HEDDLE_CHECK(oc_10_set_gives_back) { set_gives_back<once_cell<int>>(); }
HEDDLE_CHECK(oc_10_set_overwrites) { set_gives_back<flawed_once<int, flaw::set_overwrites>>(); }

/// set does not wait for an initialiser that runs, even if that waits for the one who sets.
HEDDLE_CHECK(oc_10_set_never_waits) {
  once_cell<int> cell;
  bool gave_back = false;
  cell.get_or_init([&] {
    std::thread other([&] { gave_back = cell.set(2) == 2; });
    other.join();
    return 1;
  });
  heddle::require(gave_back && *cell.get() == 1);
}

HEDDLE_CHECK(oc_3_take_empties) {
  once_cell<std::unique_ptr<int>> cell;
  cell.get_or_init([] { return std::make_unique<int>(1); });
  heddle::require(**cell.take() == 1 && cell.get() == nullptr && !cell.take());
  heddle::require(!cell.set(std::make_unique<int>(2)) && **cell.get() == 2);
}

HEDDLE_CHECK(oc_3_take_while_others_use_it) {
  once_cell<int> cell;
  static_cast<void>(cell.set(1));
  together(
      [&] {
        static_cast<void>(cell.take());
        static_cast<void>(cell.set(2));
      },
      [&] {
        if (const int* value = cell.get()) heddle::require(*value != 0);
      });
}

}  // namespace
}  // namespace cells
