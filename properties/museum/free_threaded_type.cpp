// The second stage of a lazy type without a global lock (PyO3 issue 5211; pull request 5341).
//
// The attributes of a type are computed, and then set on the type object; when that is done the
// type is frozen, and setting an attribute is an error. The global lock made "look whether it is
// done, set them all, freeze" one step. Without it two threads are inside together: the second
// finds the type frozen under its hands. The cure is to make that step one again by a lock that is
// held while nothing of the interpreter is called, and to look again under it.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/two_stage_lazy.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace museum {
namespace {

/// An object whose attributes are set under its own lock, as the interpreter does.
class type_object {
 public:
  void set_attribute(int value) {
    std::lock_guard lock(mutex_);
    if (frozen_) throw std::logic_error("the type is immutable");
    attribute_ = value;
  }
  void freeze() {
    std::lock_guard lock(mutex_);
    frozen_ = true;
  }
  int attribute() {
    std::lock_guard lock(mutex_);
    return attribute_;
  }

 private:
  std::mutex mutex_;
  bool frozen_ = false;
  int attribute_ = 0;
};

HEDDLE_CHECK(free_threaded_type_frozen) {
  type_object type;
  std::atomic<bool> complete{false};
  auto user = [&] {
    if (!complete.load(std::memory_order_acquire)) {
      type.set_attribute(1);
      type.freeze();
      complete.store(true, std::memory_order_release);
    }
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

/// No token is needed where there is no lock; heddle's cell asks for one all the same.
class no_lock {
 public:
  struct detach_guard {
    explicit detach_guard(no_lock) {}
  };
  static bool is_current() noexcept { return true; }
  static no_lock get() { return no_lock(0); }

 private:
  explicit no_lock(int) {}
};

HEDDLE_CHECK(free_threaded_type_cure) {
  heddle::two_stage_lazy<type_object> type;
  auto user = [&] {
    const auto how = type.complete(
        no_lock::get(), [] { return type_object(); }, [](type_object&) { return 1; },
        [](type_object& shell, int value) noexcept {
          shell.set_attribute(value);
          shell.freeze();
        });
    heddle::require(how == heddle::two_stage::complete);
    heddle::require(type.get(no_lock::get())->attribute() == 1, "the type is complete");
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

}  // namespace
}  // namespace museum
