// Cells that need one another (PyO3 issue 5927, repaired in pull request 5928; the warning in
// PyO3's migration guide, and the discussion of pull request 5341).
//
// One thread, two kinds of cell: the singleton of an enum's variant is made in a once cell; making
// it creates an instance, which initialises the type, whose class attribute converts the same
// variant, which asks for the singleton: the thread waits for itself. The cure there was to
// initialise the type before the cell is entered. Two threads, two cells: type A has an attribute
// of type B, and B one of A. Each thread begins with one of them and waits for the other's. A cell
// that never waits has no such cycle, and a cell that knows who waits for whom can say so instead
// of hanging.
#include <heddle/check.hpp>
#include <heddle/once_cell.hpp>
#include <mutex>
#include <thread>

#include "properties/museum/racing_once_cell.hpp"

namespace museum {
namespace {

/// The type of the enum, whose class attribute is one of its variants.
template <typename Singleton>
struct enum_type {
  std::once_flag initialised;
  int attribute = 0;

  void initialise(Singleton& singleton) {
    std::call_once(initialised, [&] { attribute = singleton(); });
  }
};

HEDDLE_CHECK(cycle_through_two_kinds_of_cell) {
  std::once_flag once;
  int variant = 0;
  struct convert {
    std::once_flag& once;
    int& variant;
    enum_type<convert>& type;
    int operator()() {
      std::call_once(once, [&] {
        type.initialise(*this);  // to create an instance
        variant = 1;
      });
      return variant;
    }
  };
  enum_type<convert> type;
  convert singleton{once, variant, type};
  singleton();
}

/// The type first, and then the cell: the attribute makes the singleton, and the rest finds it.
HEDDLE_CHECK(cycle_cure_type_first) {
  std::once_flag once;
  int variant = 0;
  bool initialising = false;
  bool complete = false;
  auto singleton = [&] {
    std::call_once(once, [&] { variant = 1; });
    return variant;
  };
  auto initialise_type = [&] {
    if (complete || initialising) return;  // re-entrant: the instance needs the type object only
    initialising = true;
    singleton();
    complete = true;
  };
  auto convert = [&] {
    initialise_type();
    return singleton();
  };
  heddle::require(convert() == 1 && complete);
}

/// Or the cell itself says what is wrong.
HEDDLE_CHECK(cycle_cure_reported) {
  heddle::once_cell<int> singleton, type;
  bool reported = false;
  singleton.get_or_init([&] {
    return type.get_or_init([&] {
      try {
        return singleton.get_or_init([] { return 1; });
      } catch (const heddle::recursive_initialisation&) {
        reported = true;
        return 0;
      }
    });
  });
  heddle::require(reported);
}

template <typename Cell>
void opposite_order(Cell& a, Cell& b) {
  auto user = [](Cell& mine, Cell& other) {
    mine.get_or_init([&] { return other.get_or_init([] { return 1; }) + 1; });
  };
  std::thread second([&] { user(b, a); });
  user(a, b);
  second.join();
}

struct call_once_cell {
  std::once_flag once;
  int value = 0;
  template <typename Initialise>
  int get_or_init(Initialise&& initialise) {
    std::call_once(once, [&] { value = initialise(); });
    return value;
  }
};

HEDDLE_CHECK(cycle_opposite_order) {
  call_once_cell a, b;
  opposite_order(a, b);
}

/// Racing cells: nobody waits, one value each in the end.
HEDDLE_CHECK(cycle_cure_racing_cells) {
  racing_atomic_cell<int> a, b;
  opposite_order(a, b);
}

HEDDLE_CHECK(cycle_cure_opposite_order_reported) {
  heddle::once_cell<int> a, b;
  auto user = [](heddle::once_cell<int>& mine, heddle::once_cell<int>& other) {
    try {
      mine.get_or_init([&] { return other.get_or_init([] { return 1; }) + 1; });
    } catch (const heddle::initialisation_cycle&) {
    }
  };
  std::thread second([&] { user(b, a); });
  user(a, b);
  second.join();
  heddle::require(a.get() != nullptr && b.get() != nullptr, "one thread makes both");
}

}  // namespace
}  // namespace museum
