// The cure of PyO3's LazyStaticType: the type is made complete in a box of its own and published
// after that in a racing cell (pull request 975), and a list of the threads that are inside the
// initialisation turns a class attribute that mentions its own type into an error instead of an
// endless recursion. The list is kept by a guard: as merged it was not, and after an initialisation
// that threw, a retry on the same thread was taken for a recursion (repaired in commit 0de0e3f8d).
#include <algorithm>
#include <functional>
#include <heddle/check.hpp>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "properties/museum/borrowed.hpp"
#include "properties/museum/global_lock.hpp"
#include "properties/museum/racing_once_cell.hpp"

namespace museum {
namespace {

struct type_object {
  int name = 0;
  int dictionary = 0;
};

struct recursive_initialisation : std::logic_error {
  recursive_initialisation() : std::logic_error("recursive initialisation of a type object") {}
};

using boxed_type = std::unique_ptr<borrowed<type_object>>;

/// Everything here is done by an attached thread; only `attribute` may let others run.
class lazy_type {
 public:
  using reference = borrowed<type_object>::shared_reference;
  using class_attribute = std::function<int()>;

  explicit lazy_type(bool guarded = true) : guarded_(guarded) {}

  reference get_or_init(const class_attribute& attribute) {
    const boxed_type& box = cell_.get_or_init([&] { return initialise(attribute); });
    return reference(*box);
  }

 private:
  boxed_type initialise(const class_attribute& attribute) {
    const auto me = std::this_thread::get_id();
    if (std::find(inside_.begin(), inside_.end(), me) != inside_.end()) {
      throw recursive_initialisation();
    }
    inside_.push_back(me);
    auto box = std::make_unique<borrowed<type_object>>();
    try {
      borrowed<type_object>::exclusive_reference type(*box);
      type->name = 1;
      type->dictionary = attribute();
    } catch (...) {
      if (guarded_) leave(me);
      throw;
    }
    leave(me);
    return box;
  }

  void leave(std::thread::id me) { inside_.erase(std::find(inside_.begin(), inside_.end(), me)); }

  bool guarded_;
  racing_once_cell<boxed_type> cell_;
  std::vector<std::thread::id> inside_;
};

HEDDLE_CHECK(lazy_type_cure_two_threads) {
  global_lock lock;
  lazy_type lazy;
  auto user = [&] {
    attached now(lock);
    auto type = lazy.get_or_init([&] {
      call_interpreter(lock);
      return 1;
    });
    heddle::require(type->name == 1 && type->dictionary == 1, "the type is complete");
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

HEDDLE_CHECK(lazy_type_cure_reentered) {
  global_lock lock;
  lazy_type lazy;
  attached now(lock);
  bool noticed = false;
  try {
    lazy.get_or_init([&]() -> int {
      auto own = lazy.get_or_init([] { return 1; });
      return own->name;
    });
  } catch (const recursive_initialisation&) {
    noticed = true;
  }
  heddle::require(noticed, "the recursion is an error");
  auto type = lazy.get_or_init([] { return 1; });
  heddle::require(type->dictionary == 1, "and a later call succeeds");
}

/// One thread's recursion is its own: the other, which may be initialising, is not disturbed.
HEDDLE_CHECK(lazy_type_cure_reentered_by_one_of_two) {
  global_lock lock;
  lazy_type lazy;
  std::thread honest([&] {
    attached now(lock);
    auto type = lazy.get_or_init([&] {
      call_interpreter(lock);
      return 1;
    });
    heddle::require(type->dictionary == 1, "the type is complete");
  });
  std::thread recursive([&] {
    attached now(lock);
    try {
      lazy.get_or_init([&]() -> int {
        call_interpreter(lock);
        auto own = lazy.get_or_init([] { return 1; });
        return own->dictionary;
      });
    } catch (const recursive_initialisation&) {
    }
  });
  honest.join();
  recursive.join();
}

void initialise_after_an_error(bool guarded) {
  global_lock lock;
  lazy_type lazy(guarded);
  attached now(lock);
  try {
    lazy.get_or_init([]() -> int { throw std::runtime_error("no such attribute"); });
  } catch (const std::runtime_error&) {
  }
  auto type = lazy.get_or_init([] { return 1; });
  heddle::require(type->dictionary == 1, "the second attempt succeeds");
}

HEDDLE_CHECK(lazy_type_cure_after_an_error) { initialise_after_an_error(true); }

/// As merged in pull request 975: the identity of the thread stays in the list.
HEDDLE_CHECK(lazy_type_stale_initialiser) { initialise_after_an_error(false); }

}  // namespace
}  // namespace museum
