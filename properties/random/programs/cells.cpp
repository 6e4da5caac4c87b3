// Random programs over once cells: threads that look, initialise, fail to initialise and set. What
// they see must be explained by one order of all that they did.
#include "properties/linearizability/cells.hpp"

#include <heddle/attached_once_cell.hpp>
#include <heddle/borrow_cell.hpp>
#include <heddle/lazy.hpp>
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

/// Of an initialiser of its own, which makes 1.
struct lazy_cell {
  int* get() { return value.value_if_made(); }
  int& get_or_init(const auto&) { return value.get(); }
  std::optional<int> set(int) { return 0; }
  heddle::lazy<int> value{[] { return 1; }};
};
const std::vector<operation> makes_one = {{"get"}, {"get_or_init", 1}};

struct borrowed {
  auto read() { return cell.try_borrow(); }
  auto write() { return cell.try_borrow_mut(); }
  heddle::borrow_cell<int> cell{0};
};

/// Looks whether it is borrowed, and then marks it.
struct borrowed_in_two_steps {
  struct hold {
    borrowed_in_two_steps* of;
    int& operator*() const { return of->value; }
  };
  struct guard : std::optional<hold> {
    using std::optional<hold>::optional;
    guard(const guard&) = delete;
    ~guard() {
      if (*this) (*this)->of->readers.store(0);
    }
  };
  guard read() { return write(); }
  guard write() {
    if (readers.load() != 0) return guard();
    readers.store(1);
    return guard(hold{this});
  }
  std::atomic<int> readers{0};
  int value = 0;
};

/// Who may not read or write does nothing; who may has it for himself, or shares it with readers.
template <class Cell>
void borrow(const program& which) {
  Cell cell;
  std::atomic<int> written{0};
  std::vector<std::thread> threads;
  for (const auto& steps : which) {
    threads.emplace_back([&cell, &written, &steps] {
      for (const step& s : steps) {
        if (s.what == 0) {
          if (const auto reader = cell.read()) heddle::require(**reader >= 0);
        } else if (auto writer = cell.write()) {
          ++**writer;
          written.fetch_add(1, std::memory_order_relaxed);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (const auto reader = cell.read()) {
    heddle::require(**reader == written, "no writing is lost");
    return;
  }
  heddle::require(false, "who borrows gives back");
}

const std::vector<operation> borrows = {{"read"}, {"write"}};

}  // namespace

std::vector<subject> cells() {
  return {
      {"attached_once_cell", looks_and_inits, 3, 2,
       ask<linear::locked<heddle::attached_once_cell<int>>>},
      {"borrow_cell", borrows, 3, 2, borrow<borrowed>},
      {"borrow_cell_in_two_steps", borrows, 3, 2, borrow<borrowed_in_two_steps>, 100, 2},
      {"lazy", makes_one, 3, 2, ask<lazy_cell>},
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
