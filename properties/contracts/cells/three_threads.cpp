// The contracts that most depend on how many come, with three threads, for the cells whose other
// files have two. Those of once_cell, race_once, gil_once_cell and borrow_cell stand in theirs.
#include <heddle/attached_once_cell.hpp>
#include <heddle/check.hpp>
#include <heddle/lazy.hpp>
#include <heddle/two_stage_lazy.hpp>

#include "properties/contracts/cells/tokens.hpp"
#include "properties/contracts/cells/two_stage_types.hpp"
#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

HEDDLE_CHECK(pol_1_one_success_of_three) {
  heddle::attached_once_cell<int> cell;
  int runs = 0;
  auto user = [&] {
    plain_lock lock;
    const int got = cell.get_or_init(lock.token(), [&] {
      call_interpreter(lock.token());
      return ++runs;
    });
    heddle::require(got == 1 && plain_token::is_current());
  };
  together(user, user, user);
  heddle::require(runs == 1, "exactly one f succeeds");
}

/// Who throws is told, and one of the two others makes the value.
HEDDLE_CHECK(pol_4_throw_reopens_for_two_others) {
  heddle::attached_once_cell<int> cell;
  int made = 0, thrown = 0;
  auto user = [&](bool fails) {
    plain_lock lock;
    try {
      cell.get_or_init(lock.token(), [&] {
        call_interpreter(lock.token());
        if (fails) throw 1;
        return ++made;
      });
    } catch (int) {
      ++thrown;
    }
    heddle::require(plain_token::is_current());
  };
  together([&] { user(false); }, [&] { user(true); }, [&] { user(false); });
  heddle::require(made == 1 && thrown <= 1);
}

HEDDLE_CHECK(lst_1_complete_means_complete_of_three) {
  heddle::two_stage_lazy<type_object> lazy;
  auto user = [&] {
    plain_lock lock;
    const auto token = lock.token();
    const auto how = complete(lazy, token, [&](type_object&) { return collect_calling(token); });
    heddle::require(how == two_stage::complete && lazy.get(token)->complete());
  };
  together(user, user, user);
}

}  // namespace
}  // namespace cells
