// The contracts of two_stage_lazy (<heddle/two_stage_lazy.hpp>), LST-1, LST-2 and LTO-1 to LTO-4
// (the others are in two_stage_lazy_retry.cpp), on a type object whose attributes may mention the
// type. Beside each, the lazies of one mistake (two_stage_types.hpp).
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/two_stage_lazy.hpp>
#include <utility>

#include "properties/contracts/cells/tokens.hpp"
#include "properties/contracts/cells/two_stage_types.hpp"
#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

template <typename Lazy>
void complete_means_complete(Lazy&& lazy) {
  auto user = [&] {
    plain_lock lock;
    const auto [how, type] = lazy(lock.token());
    heddle::require(how == two_stage::complete, "the call is not re-entrant");
    heddle::require(type->complete(), "what is returned as complete is complete");
  };
  together(user, user);
}

HEDDLE_CHECK(lst_1_complete_means_complete) {
  heddle::two_stage_lazy<type_object> lazy;
  complete_means_complete([&](plain_token token) {
    const auto how = complete(lazy, token, [&](type_object&) { return collect_calling(token); });
    return std::pair(how, lazy.get(token));
  });
}

template <stage_flaw Flaw>
void complete_means_complete_with() {
  flawed_stages<Flaw> lazy;
  complete_means_complete([&](plain_token token) {
    const auto how = lazy.complete(token, [&](type_object&) { return collect_calling(token); });
    return std::pair(how, &lazy.shell());
  });
}

HEDDLE_CHECK(lst_1_flag_before_work) {
  complete_means_complete_with<stage_flaw::flag_before_work>();
}

/// Nobody writes to what another was told is complete: heddle would see the race.
HEDDLE_CHECK(lst_2_nobody_changes_a_complete_value) {
  heddle::two_stage_lazy<type_object> lazy;
  auto user = [&] {
    const auto token = free_token::get();
    const auto how = complete(lazy, token, [](type_object&) { return parts{1, 1}; });
    heddle::require(how == two_stage::complete);
    heddle::require(lazy.get(token)->first == 1 && lazy.get(token)->second == 1);
  };
  together(user, user);
}

HEDDLE_CHECK(lst_2_changed_while_held) {
  type_object value;
  std::atomic<bool> initialised{false};
  auto user = [&] {
    if (!initialised.exchange(true)) fill(value, {1, 1});
    heddle::require(value.first >= 0);
  };
  together(user, user);
}

HEDDLE_CHECK(lto_1_one_shell) {
  heddle::two_stage_lazy<type_object> lazy;
  const type_object* seen[2] = {};
  auto user = [&](int me) {
    plain_lock lock;
    const auto token = lock.token();
    const auto how = lazy.complete(
        token,
        [&] {
          call_interpreter(token);
          return type_object();
        },
        [&](type_object& shell) {
          seen[me] = &shell;
          return parts{1, 1};
        },
        fill);
    heddle::require(how == two_stage::complete);
    if (seen[me] == nullptr) seen[me] = lazy.shell(token);
    heddle::require(seen[me] == lazy.get(token), "the shell becomes the value");
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(seen[0] == seen[1], "everybody uses one shell");
}

HEDDLE_CHECK(lto_1_a_shell_for_each) {
  const type_object* published = nullptr;
  type_object shells[2];
  const type_object* seen[2] = {};
  auto user = [&](int me) {
    plain_lock lock;
    if (published == nullptr) {
      call_interpreter(lock.token());
      published = &shells[me];
    }
    seen[me] = published;
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(seen[0] == seen[1], "everybody uses one shell");
}

/// A third thread looks while two complete: nothing, or all, and never twice.
HEDDLE_CHECK(lto_2_filled_at_once) {
  heddle::two_stage_lazy<type_object> lazy;
  auto user = [&] {
    plain_lock lock;
    const auto token = lock.token();
    const auto how = complete(lazy, token, [&](type_object&) { return collect_calling(token); });
    heddle::require(how == two_stage::complete);
  };
  auto observer = [&] {
    plain_lock lock;
    if (const type_object* type = lazy.shell(lock.token())) {
      heddle::require(type->empty() || type->complete(), "nothing of the parts, or all");
    }
  };
  together(user, user, observer);
  plain_lock lock;
  heddle::require(lazy.get(lock.token())->first == 1, "filled in once");
}

HEDDLE_CHECK(lto_2_fills_while_calling) {
  flawed_stages<stage_flaw::fills_while_calling> lazy;
  together(
      [&] {
        plain_lock lock;
        static_cast<void>(lazy.complete(lock.token(), [](type_object&) { return parts{1, 1}; }));
      },
      [&] {
        plain_lock lock;
        const type_object& type = lazy.shell();
        heddle::require(type.empty() || type.complete(), "nothing of the parts, or all");
      });
}

HEDDLE_CHECK(lto_3_others_get_all_of_it) {
  heddle::two_stage_lazy<type_object> lazy;
  complete_means_complete([&](plain_token token) {
    const auto how = complete(lazy, token, [&](type_object&) {
      call_interpreter(token);
      return collect_calling(token);
    });
    return std::pair(how, lazy.shell(token));
  });
}

/// `complete` by itself orders the parts before what follows; no lock, and no get, does.
HEDDLE_CHECK(lto_3_complete_orders_the_parts) {
  heddle::two_stage_lazy<type_object> lazy;
  auto user = [&] {
    const auto token = free_token::get();
    const auto how = complete(lazy, token, [](type_object&) { return parts{1, 1}; });
    heddle::require(how == two_stage::complete && lazy.shell(token)->complete());
  };
  together(user, user);
}

HEDDLE_CHECK(lto_3_one_bool_for_all_threads) {
  complete_means_complete_with<stage_flaw::one_bool>();
}

/// An attribute mentions its own type: it gets the shell, and is told.
HEDDLE_CHECK(lto_4_reentrant_call_gets_the_shell) {
  heddle::two_stage_lazy<type_object> lazy;
  auto user = [&] {
    plain_lock lock;
    const auto token = lock.token();
    const auto how = complete(lazy, token, [&](type_object& shell) {
      call_interpreter(token);
      const auto inner = complete(lazy, token, [](type_object&) { return parts{5, 5}; });
      heddle::require(lazy.shell(token) == &shell, "the same shell");
      heddle::require(inner == two_stage::reentrant_shell || shell.complete(),
                      "the caller is told that parts may be missing");
      return parts{1, 1};
    });
    heddle::require(how == two_stage::complete && lazy.get(token)->first == 1);
  };
  together(user, user);
}

HEDDLE_CHECK(lto_4_takes_the_shell_for_complete) {
  flawed_stages<stage_flaw::one_bool> lazy;
  plain_lock lock;
  static_cast<void>(lazy.complete(lock.token(), [&](type_object& shell) {
    const auto inner = lazy.complete(lock.token(), [](type_object&) { return parts{1, 1}; });
    heddle::require(inner == two_stage::reentrant_shell || shell.complete(),
                    "the caller is told that parts may be missing");
    return parts{1, 1};
  }));
}

HEDDLE_CHECK(lto_2_free_threaded) {
  heddle::two_stage_lazy<type_object> lazy;
  auto user = [&] {
    const auto how = complete(lazy, free_token::get(), [](type_object&) { return parts{1, 1}; });
    heddle::require(how == two_stage::complete && lazy.get(free_token::get())->first == 1);
  };
  together(user, user, [&] {
    if (const type_object* type = lazy.get(free_token::get())) heddle::require(type->complete());
  });
}

}  // namespace
}  // namespace cells
