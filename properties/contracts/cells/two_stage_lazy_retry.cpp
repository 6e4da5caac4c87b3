// The contracts of two_stage_lazy (<heddle/two_stage_lazy.hpp>), LTO-5 to LTO-7: errors, losers and
// cycles. Beside each, the lazies of one mistake (two_stage_types.hpp).
#include <heddle/check.hpp>
#include <heddle/two_stage_lazy.hpp>
#include <utility>

#include "properties/contracts/cells/tokens.hpp"
#include "properties/contracts/cells/two_stage_types.hpp"
#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

/// After an exception the thread is inside no longer; its next call is no re-entry.
HEDDLE_CHECK(lto_5_exception_leaves_no_trace) {
  heddle::two_stage_lazy<type_object> lazy;
  plain_lock lock;
  const auto token = lock.token();
  try {
    static_cast<void>(complete(lazy, token, [](type_object&) -> parts { throw 1; }));
    heddle::require(false, "what collect throws goes to the caller");
  } catch (int) {
  }
  heddle::require(lazy.get(token) == nullptr && lazy.shell(token) != nullptr);
  heddle::require(complete(lazy, token, [](type_object&) { return parts{1, 1}; }) ==
                  two_stage::complete);
}

HEDDLE_CHECK(lto_5_keeps_the_id) {
  flawed_stages<stage_flaw::keeps_id> lazy;
  plain_lock lock;
  try {
    static_cast<void>(lazy.complete(lock.token(), [](type_object&) -> parts { throw 1; }));
  } catch (int) {
  }
  heddle::require(
      lazy.complete(lock.token(), [](type_object&) { return parts{1, 1}; }) == two_stage::complete,
      "a retry is no re-entry");
}

/// Several collect; the parts of all but one are dropped, by those who made them.
HEDDLE_CHECK(lto_6_losers_are_dropped) {
  heddle::two_stage_lazy<type_object> lazy;
  int collected = 0, dropped = 0, filled = 0;  // guarded by the lock
  struct counted_parts {
    explicit counted_parts(int* dropped) : dropped_(dropped) {}
    counted_parts(counted_parts&& other) noexcept
        : dropped_(std::exchange(other.dropped_, nullptr)) {}
    ~counted_parts() {
      if (dropped_ != nullptr) ++*dropped_;
    }
    int* dropped_;
  };
  auto user = [&] {
    plain_lock lock;
    const auto token = lock.token();
    const auto how = lazy.complete(
        token, [] { return type_object(); },
        [&](type_object&) {
          ++collected;
          call_interpreter(token);
          return counted_parts(&dropped);
        },
        [&](type_object& type, counted_parts) noexcept {
          ++filled;
          fill(type, {1, 1});
        });
    heddle::require(how == two_stage::complete);
  };
  together(user, user);
  heddle::require(filled == 1 && dropped == collected, "all parts are gone, one set was used");
}

HEDDLE_CHECK(lto_6_collected_once) {
  heddle::two_stage_lazy<type_object> lazy;
  int collected = 0;
  auto user = [&] {
    plain_lock lock;
    const auto token = lock.token();
    static_cast<void>(complete(lazy, token, [&](type_object&) {
      ++collected;
      return collect_calling(token);
    }));
  };
  together(user, user);
  heddle::require(collected == 1, "the parts are collected once");
}

HEDDLE_CHECK(lto_7_error_and_retry) {
  heddle::two_stage_lazy<type_object> lazy;
  auto user = [&](bool throws) {
    plain_lock lock;
    const auto token = lock.token();
    auto attempt = [&](bool fails) {
      return complete(lazy, token, [&](type_object&) {
        call_interpreter(token);
        if (fails) throw 1;
        return parts{1, 1};
      });
    };
    try {
      heddle::require(attempt(throws) == two_stage::complete);
    } catch (int) {
      heddle::require(attempt(false) == two_stage::complete, "the next call makes it");
    }
    heddle::require(lazy.get(token)->complete());
  };
  together([&] { user(true); }, [&] { user(false); });
}

/// Two types that mention each other, completed by two threads: a strict once would hang here.
HEDDLE_CHECK(lto_7_types_that_mention_each_other) {
  heddle::two_stage_lazy<type_object> a, b;
  auto user = [](heddle::two_stage_lazy<type_object>& mine,
                 heddle::two_stage_lazy<type_object>& other) {
    plain_lock lock;
    const auto token = lock.token();
    const auto how = complete(mine, token, [&](type_object&) {
      static_cast<void>(complete(other, token, [&](type_object&) {
        static_cast<void>(complete(mine, token, [](type_object&) { return parts{1, 1}; }));
        return collect_calling(token);
      }));
      return parts{1, 1};
    });
    heddle::require(how == two_stage::complete && mine.get(token)->complete());
  };
  together([&] { user(a, b); }, [&] { user(b, a); });
}

HEDDLE_CHECK(lto_7_stale_state_after_an_error) {
  flawed_stages<stage_flaw::one_bool> lazy;
  plain_lock lock;
  try {
    static_cast<void>(lazy.complete(lock.token(), [](type_object&) -> parts { throw 1; }));
  } catch (int) {
  }
  static_cast<void>(lazy.complete(lock.token(), [](type_object&) { return parts{1, 1}; }));
  heddle::require(lazy.shell().complete(), "the next caller tries again");
}

}  // namespace
}  // namespace cells
