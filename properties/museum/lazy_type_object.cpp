// PyO3's LazyStaticType (and LazyHeapType) before pull request 975: a flag is set, and then the
// work is done.
//
//   if !initialized.compare_and_swap(false, true) { initialize(&mut *value); }
//   &*value
//
// Initialising a type evaluates its class attributes, which call the interpreter. A second caller
// sees the flag and gets `&value` while the first still holds `&mut value`: an incomplete type, and
// two references where Rust promises that there is one. Another thread can be that second caller,
// and so can a class attribute that mentions its own type, with no second thread at all. And where
// there is no global lock, it is a data race. The lesson: publish after the work, not before.
#include <atomic>
#include <functional>
#include <heddle/check.hpp>
#include <thread>

#include "properties/museum/borrowed.hpp"
#include "properties/museum/global_lock.hpp"

namespace museum {
namespace {

struct type_object {
  int name = 0;
  int dictionary = 0;
};

class lazy_static_type {
 public:
  using reference = borrowed<type_object>::shared_reference;
  using class_attribute = std::function<int()>;

  /// The caller is attached; `attribute` may call the interpreter.
  reference get_or_init(const class_attribute& attribute) {
    bool expected = false;
    if (initialized_.compare_exchange_strong(expected, true)) {
      borrowed<type_object>::exclusive_reference type(value_);
      type->name = 1;
      type->dictionary = attribute();
    }
    return reference(value_);
  }

 private:
  std::atomic<bool> initialized_{false};
  borrowed<type_object> value_;
};

HEDDLE_CHECK(lazy_type_two_threads) {
  global_lock lock;
  lazy_static_type lazy;
  auto user = [&] {
    attached now(lock);
    auto type = lazy.get_or_init([&] {
      call_interpreter(lock);
      return 1;
    });
    heddle::require(type->dictionary == 1, "the type is complete");
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

HEDDLE_CHECK(lazy_type_reentered) {
  global_lock lock;
  lazy_static_type lazy;
  attached now(lock);
  lazy.get_or_init([&] {
    auto own = lazy.get_or_init([] { return 1; });
    return own->name;
  });
}

/// The same flag, as two threads see it that need no global lock ("free-threaded").
HEDDLE_CHECK(lazy_type_free_threaded) {
  std::atomic<bool> initialized{false};
  type_object value;
  auto user = [&] {
    if (!initialized.exchange(true)) value.dictionary = 1;
    heddle::require(value.dictionary == 1, "the type is complete");
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

/// Where nothing calls the interpreter the lock alone protects the old code: why it lived so long.
HEDDLE_CHECK(lazy_type_without_calls) {
  global_lock lock;
  lazy_static_type lazy;
  auto user = [&] {
    attached now(lock);
    auto type = lazy.get_or_init([] { return 1; });
    heddle::require(type->dictionary == 1, "the type is complete");
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

}  // namespace
}  // namespace museum
