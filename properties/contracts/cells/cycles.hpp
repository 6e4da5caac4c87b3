// Cells that wait for themselves or for one another: told in every build (OC-9).
#pragma once

#include <heddle/cell_errors.hpp>
#include <heddle/check.hpp>

#include "properties/contracts/cells/two_threads.hpp"

namespace cells {

/// The initialiser asks for the value that it makes.
template <typename Cell>
void recursion_throws() {
  Cell cell;
  try {
    cell.get_or_init([&] { return cell.get_or_init([] { return 1; }); });
    heddle::require(false, "a recursive initialisation throws");
  } catch (const heddle::recursive_initialisation&) {
  }
  heddle::require(cell.get() == nullptr && cell.get_or_init([] { return 2; }) == 2,
                  "and leaves the cell empty");
}

/// Two cells that need each other, begun by two threads: one of them is told, and nobody hangs.
template <typename Cell>
void opposite_order() {
  Cell a, b;
  auto user = [](Cell& outer, Cell& inner) {
    try {
      outer.get_or_init([&] { return inner.get_or_init([] { return 1; }) + 1; });
    } catch (const heddle::initialisation_cycle&) {
    }
  };
  together([&] { user(a, b); }, [&] { user(b, a); });
  heddle::require(a.get() != nullptr && b.get() != nullptr, "the other thread makes both");
}

}  // namespace cells
