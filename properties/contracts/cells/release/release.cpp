// What wrong use means where nothing is diagnosed: this program is compiled with NDEBUG, as a
// release build of a user's program is. A debug build says a sentence and aborts
// (once_cell_waiting.cpp).
#ifndef NDEBUG
#error "to be compiled with -DNDEBUG"
#endif
#include <exception>
#include <heddle/borrow_cell.hpp>
#include <heddle/check.hpp>
#include <heddle/once_cell.hpp>
#include <memory>
#include <new>
#include <stop_token>

#include "properties/contracts/cells/cycles.hpp"
#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

using heddle::once_cell;

/// Who waits for a cell that is destroyed is told.
HEDDLE_CHECK(oc_8_release_waiter_is_told) {
  alignas(once_cell<int>) static unsigned char storage[sizeof(once_cell<int>)];
  auto* cell = new (storage) once_cell<int>;
  std::stop_source stop;
  bool told = false, stopped = false;
  together(
      [&] {
        std::destroy_at(cell);
        stop.request_stop();
      },
      [&] {
        try {
          stopped = cell->wait(stop.get_token()) == nullptr;
        } catch (const heddle::cell_destroyed&) {
          told = true;
        }
      });
  heddle::require(told != stopped);
}

/// … in one execution at least.
HEDDLE_CHECK(oc_8_release_waiter_is_never_told) {
  alignas(once_cell<int>) static unsigned char storage[sizeof(once_cell<int>)];
  auto* cell = new (storage) once_cell<int>;
  std::stop_source stop;
  bool told = false;
  together(
      [&] {
        std::destroy_at(cell);
        stop.request_stop();
      },
      [&] {
        try {
          cell->wait(stop.get_token());
        } catch (const heddle::cell_destroyed&) {
          told = true;
        }
      });
  heddle::require(!told, "no waiter is told");
}

HEDDLE_CHECK(oc_8_release_destroyed_while_initialised) {
  auto cell = std::make_unique<once_cell<int>>();
  cell->get_or_init([&] {
    cell.reset();
    return 1;
  });
}

/// Who comes back to its own cell, or would close a circle of cells, is told here, too: the wait
/// would never end.
HEDDLE_CHECK(oc_9_release_recursion_throws) { recursion_throws<once_cell<int>>(); }
HEDDLE_CHECK(oc_9_release_cycle_is_reported) { opposite_order<once_cell<int>>(); }

/// … by an exception: one that nobody catches ends the program with its name.
HEDDLE_CHECK(oc_9_release_recursion_uncaught) {
  once_cell<int> cell;
  cell.get_or_init([&] { return cell.get_or_init([] { return 1; }); });
}

HEDDLE_CHECK(bf_2_release_destroyed_while_borrowed) {
  auto* cell = new heddle::borrow_cell<int>;
  auto reading = cell->borrow();
  delete cell;
}

}  // namespace
}  // namespace cells
