// A type object that is made in two stages, with one bool (the sketch of a fix for PyO3 issue 973,
// corrected by a comment of its reviewers; PyO3 pull requests 975 and 995).
//
// Class attributes may mention their own type, so the type object is published first and its
// dictionary is filled in later; a bool says that the filling has begun, and who finds it set takes
// itself for a re-entrant caller and returns the type as it is. But the filling calls the
// interpreter, the lock changes hands, and the second caller may be another thread: it is not
// re-entrant, and gets a type with an empty dictionary. The set of the threads that are inside is
// the cure, if it is kept right: as first written, an exception left the thread's id in it, and the
// retry on that thread was taken for a re-entrant call, which now returned an unfilled type without
// a word (repaired in commit 0de0e3f8d). heddle::two_stage_lazy keeps no ids: who is inside stands
// on his own stack.
#include <algorithm>
#include <functional>
#include <heddle/check.hpp>
#include <heddle/two_stage_lazy.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "properties/museum/global_lock.hpp"

namespace museum {
namespace {

struct type_object {
  int dictionary = 0;  // 0: not filled in
};

using class_attribute = std::function<int()>;

/// As sketched: the bool is the cell's, not the caller's.
class type_with_a_bool {
 public:
  const type_object& get(const class_attribute& attribute) {
    if (!initialising_) {
      initialising_ = true;
      value_.dictionary = attribute();
    }
    return value_;
  }

 private:
  type_object value_;
  bool initialising_ = false;
};

/// As first repaired: the ids of the threads inside, with nothing to take one out after an error.
class type_with_ids {
 public:
  const type_object& get(const class_attribute& attribute) {
    const auto me = std::this_thread::get_id();
    if (value_.dictionary != 0 || std::count(inside_.begin(), inside_.end(), me) != 0) {
      return value_;
    }
    inside_.push_back(me);
    const int made = attribute();
    inside_.clear();
    value_.dictionary = made;
    return value_;
  }

 private:
  type_object value_;
  std::vector<std::thread::id> inside_;
};

/// The lock of this exhibit as a token, for the cells of heddle.
global_lock* the_lock = nullptr;

class token {
 public:
  struct detach_guard {
    explicit detach_guard(token) { the_lock->detach(); }
    ~detach_guard() { the_lock->attach(); }
    detach_guard(const detach_guard&) = delete;
    detach_guard& operator=(const detach_guard&) = delete;
  };
  static bool is_current() noexcept { return true; }
  static token of(global_lock& lock) {
    the_lock = &lock;
    return token(0);
  }

 private:
  explicit token(int) {}
};

heddle::two_stage complete(heddle::two_stage_lazy<type_object>& type, token proof,
                           const class_attribute& attribute) {
  return type.complete(
      proof, [] { return type_object(); }, [&](type_object&) { return attribute(); },
      [](type_object& shell, int made) noexcept { shell.dictionary = made; });
}

HEDDLE_CHECK(two_stage_one_bool) {
  global_lock lock;
  type_with_a_bool type;
  auto user = [&] {
    attached now(lock);
    const type_object& got = type.get([&] {
      call_interpreter(lock);
      return 1;
    });
    heddle::require(got.dictionary == 1, "who is not inside gets a complete type");
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

HEDDLE_CHECK(two_stage_stale_id) {
  global_lock lock;
  type_with_ids type;
  attached now(lock);
  try {
    type.get([]() -> int { throw std::runtime_error("an attribute fails"); });
  } catch (const std::runtime_error&) {
  }
  heddle::require(type.get([] { return 1; }).dictionary == 1,
                  "who is not inside gets a complete type");
}

HEDDLE_CHECK(two_stage_cure_two_threads) {
  global_lock lock;
  const token proof = token::of(lock);
  heddle::two_stage_lazy<type_object> type;
  auto user = [&] {
    attached now(lock);
    const auto how = complete(type, proof, [&] {
      call_interpreter(lock);
      // The attribute mentions its own type, and is told that it gets an incomplete one.
      const auto inner = complete(type, proof, [] { return 2; });
      heddle::require(inner == heddle::two_stage::reentrant_shell ||
                      type.shell(proof)->dictionary == 1);
      return 1;
    });
    heddle::require(how == heddle::two_stage::complete);
    heddle::require(type.get(proof)->dictionary == 1, "who is not inside gets a complete type");
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

HEDDLE_CHECK(two_stage_cure_after_an_error) {
  global_lock lock;
  const token proof = token::of(lock);
  heddle::two_stage_lazy<type_object> type;
  attached now(lock);
  try {
    static_cast<void>(
        complete(type, proof, []() -> int { throw std::runtime_error("an attribute fails"); }));
  } catch (const std::runtime_error&) {
  }
  heddle::require(complete(type, proof, [] { return 1; }) == heddle::two_stage::complete);
  heddle::require(type.get(proof)->dictionary == 1, "who is not inside gets a complete type");
}

}  // namespace
}  // namespace museum
