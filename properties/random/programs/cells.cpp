// Random programs over once cells: threads that look, initialise, fail to initialise and set. What
// they see must be explained by one order of all that they did.
#include "properties/linearizability/cells.hpp"

#include <heddle/once_cell.hpp>
#include <heddle/race_once.hpp>
#include <thread>

#include "properties/contracts/cells/flawed_once.hpp"
#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

using linear::answer;
using linear::request;

template <class Cell>
void ask(const program& which) {
  Cell cell;
  linear::answers history;
  std::vector<std::thread> threads;
  for (const auto& steps : which) {
    auto& line = history.column("thread " + std::to_string(threads.size() + 1));
    threads.emplace_back([&cell, &line, &steps] {
      for (const step& s : steps) {
        const request asked{static_cast<request::kind>(s.what), s.value};
        line.call(asked, [&] { return answer(cell, asked); });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  heddle::require_linearizable(linear::cell_holding(), history);
}

// As request::kind counts them.
const std::vector<operation> looks_and_inits = {{"get"}, {"get_or_init", 2}, {"get_or_throw", 2}};
const std::vector<operation> sets_too = {
    {"get"}, {"get_or_init", 2}, {"get_or_throw", 2}, {"set", 2}};

/// An exception leaves the cell as if the initialiser still ran.
struct cell_that_keeps_running : cells::flawed_once<int, cells::flaw::keeps_running> {
  std::optional<int> set(int) { return 0; }
};

/// A set overwrites the value of who was first.
struct cell_that_is_overwritten {
  int* get() { return linear::copy_of(value.load()); }
  int get_or_init(const auto& initialise) {
    int found = value.load();
    const int mine = found != 0 ? found : initialise();
    if (found == 0 && value.compare_exchange_strong(found, mine)) found = mine;
    return found;
  }
  std::optional<int> set(int wanted) {
    value.store(wanted);
    return std::nullopt;
  }
  std::atomic<int> value{0};
};

}  // namespace

std::vector<subject> cells() {
  return {
      {"once_cell", looks_and_inits, 3, 2, ask<heddle::once_cell<int>>},
      {"once_cell_keeps_running", looks_and_inits, 3, 3, ask<cell_that_keeps_running>, 100, 2},
      {"race_once", sets_too, 3, 3, ask<heddle::race_once<int>>},
      {"race_once_looks_then_stores", looks_and_inits, 3, 3, ask<linear::looks_then_stores>, 100,
       2},
      {"gil_once_cell", sets_too, 3, 2, ask<linear::locked_cell>},
      {"gil_once_cell_set_overwrites", sets_too, 3, 3, ask<cell_that_is_overwritten>, 100, 2},
  };
}

}  // namespace programs
