// Once cells: a value appears once, and everybody gets it. once_cell, race_once and gil_once_cell
// by one specification; what keeps them from it.
#include <heddle/once_cell.hpp>
#include <heddle/race_once.hpp>
#include <vector>

#include "properties/linearizability/cells.hpp"

namespace linear {
namespace {

template <class Cell, class... Users>
void explained_by_one_order(const Users&... users) {
  Cell cell;
  answers history;
  const auto run = [&cell](const auto& user) {
    return [&cell, &user](auto& line) {
      for (const request& asked : user) line.call(asked, [&] { return answer(cell, asked); });
    };
  };
  at_once(history, run(users)...);
  heddle::require_linearizable(cell_holding(), history);
}

using requests = std::vector<request>;
const requests init_1_get = {{request::get_or_init, 1}, {request::get}};
const requests init_2_get = {{request::get_or_init, 2}, {request::get}};
const requests get_get = {{request::get}, {request::get}};
const requests throws_get = {{request::get_or_throw, 1}, {request::get}};
const requests get_set = {{request::get}, {request::set, 3}};
const requests set_get = {{request::set, 3}, {request::get}};

template <class Cell>
void initialised_by_two() {
  explained_by_one_order<Cell>(init_1_get, init_2_get);
}
template <class Cell>
void one_of_two_throws() {
  explained_by_one_order<Cell>(throws_get, init_2_get);
}
template <class Cell>
void watched() {
  explained_by_one_order<Cell>(requests{{request::get_or_init, 1}}, get_get);
}

using waiting_cell = heddle::once_cell<int>;
HEDDLE_CHECK(once_cell_initialised_by_two) { initialised_by_two<waiting_cell>(); }
HEDDLE_CHECK(once_cell_one_of_two_throws) { one_of_two_throws<waiting_cell>(); }
HEDDLE_CHECK(once_cell_watched) { watched<waiting_cell>(); }

/// A set that comes while somebody initialises is refused before there is a value (OC-10): who then
/// looks finds none. So set is no operation of a cell that is empty or full.
HEDDLE_CHECK(once_cell_set_and_get) {
  explained_by_one_order<waiting_cell>(requests{{request::get_or_init, 1}}, set_get);
}
/// Where nobody initialises it is: the cell of sets alone.
HEDDLE_CHECK(once_cell_get_and_set) {
  explained_by_one_order<waiting_cell>(requests{{request::set, 1}}, get_set);
}

using racing_cell = heddle::race_once<int>;
HEDDLE_CHECK(race_once_initialised_by_two) { initialised_by_two<racing_cell>(); }
HEDDLE_CHECK(race_once_one_of_two_throws) { one_of_two_throws<racing_cell>(); }
HEDDLE_CHECK(race_once_watched) { watched<racing_cell>(); }
/// This one never waits, and refuses only for a value that is there.
HEDDLE_CHECK(race_once_set_and_get) {
  explained_by_one_order<racing_cell>(requests{{request::get_or_init, 1}}, set_get);
}

HEDDLE_CHECK(gil_once_cell_initialised_by_two) { initialised_by_two<locked_cell>(); }
HEDDLE_CHECK(gil_once_cell_watched) { watched<locked_cell>(); }
HEDDLE_CHECK(gil_once_cell_set_and_get) {
  explained_by_one_order<locked_cell>(requests{{request::get_or_init, 1}}, set_get);
}

HEDDLE_CHECK(once_looks_then_stores) {
  explained_by_one_order<looks_then_stores>(requests{{request::get_or_init, 1}},
                                            requests{{request::get_or_init, 2}});
}

}  // namespace
}  // namespace linear
