// Random programs over cells: threads that look, initialise, fail to initialise and set, and what
// they see must be explained by one order of all that they did; that borrow; and that make a value
// in two stages.
#include "properties/linearizability/cells.hpp"

#include <heddle/attached_once_cell.hpp>
#include <heddle/borrow_cell.hpp>
#include <heddle/lazy.hpp>
#include <heddle/once_cell.hpp>
#include <heddle/race_once.hpp>
#include <thread>

#include "properties/contracts/cells/two_stage_types.hpp"
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

/// Of an initialiser of its own, which makes 1.
struct lazy_cell {
  int* get() { return value.value_if_made(); }
  int& get_or_init(const auto&) { return value.get(); }
  std::optional<int> set(int) { return 0; }
  heddle::lazy<int> value{[] { return 1; }};
};
const std::vector<operation> makes_one = {{"get"}, {"get_or_init", 1}};

/// Who may not read or write does nothing; who may has it for himself, or shares it with readers.
void borrow(const program& which) {
  heddle::borrow_cell<int> cell{0};
  std::atomic<int> written{0};
  std::vector<std::thread> threads;
  for (const auto& steps : which) {
    threads.emplace_back([&cell, &written, &steps] {
      for (const step& s : steps) {
        if (s.what == 0) {
          if (const auto reader = cell.try_borrow()) heddle::require(**reader >= 0);
        } else if (auto writer = cell.try_borrow_mut()) {
          ++**writer;
          written.fetch_add(1, std::memory_order_relaxed);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (const auto reader = cell.try_borrow()) {
    heddle::require(**reader == written, "no writing is lost");
    return;
  }
  heddle::require(false, "who borrows gives back");
}

const std::vector<operation> borrows = {{"read"}, {"write"}};

enum stage { get, complete, complete_within, complete_and_throw };
const std::vector<operation> stages = {
    {"get"}, {"complete"}, {"complete_within"}, {"complete_and_throw"}};

/// Completes a type whose parts are collected while others may be attached, maybe by code that asks
/// for the type itself, or that fails.
void complete_type(heddle::two_stage_lazy<cells::type_object>& type, unsigned what) {
  const cells::plain_lock lock;
  const auto token = lock.token();
  if (what == get) return;
  const auto collect = [&](cells::type_object&) {
    const cells::parts made = cells::collect_calling(token);
    if (what == complete_and_throw) throw what;
    if (what == complete_within) {
      const auto inner =
          cells::complete(type, token, [](cells::type_object&) { return cells::parts{2, 2}; });
      heddle::require(inner == heddle::two_stage::reentrant_shell || type.get(token) != nullptr,
                      "who asks from within gets the shell, if nobody was faster");
    }
    return made;
  };
  const auto how = cells::complete(type, token, collect);
  heddle::require(how == heddle::two_stage::complete && type.get(token) != nullptr,
                  "who does not ask from within gets it complete");
}

void use_two_stages(const program& which) {
  heddle::two_stage_lazy<cells::type_object> type;
  std::vector<std::thread> threads;
  for (const auto& steps : which) {
    threads.emplace_back([&type, &steps] {
      for (const step& s : steps) {
        try {
          complete_type(type, s.what);
        } catch (unsigned) {
        }
        const cells::plain_lock lock;
        const cells::type_object* const found = type.get(lock.token());
        heddle::require(found == nullptr || (found->first == 1 && found->second == 1),
                        "what is complete was filled once");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

std::vector<subject> cells() {
  return {
      {"attached_once_cell", looks_and_inits, 3, 2,
       ask<linear::locked<heddle::attached_once_cell<int>>>},
      {"borrow_cell", borrows, 3, 2, borrow},
      {"gil_once_cell", sets_too, 3, 2, ask<linear::locked_cell>},
      {"lazy", makes_one, 3, 2, ask<lazy_cell>},
      {"once_cell", looks_and_inits, 3, 2, ask<heddle::once_cell<int>>},
      {"race_once", sets_too, 3, 3, ask<heddle::race_once<int>>},
      {"two_stage_lazy", stages, 3, 2, use_two_stages},
  };
}

}  // namespace programs
