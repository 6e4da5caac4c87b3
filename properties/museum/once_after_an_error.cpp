// Once and for all, after an exception (GCC PR66146 and PR70298; PaddlePaddle issue 6681; pytorch
// issue 78051; libzim issue 671; abseil issue 1823; and libstdc++ under ThreadSanitizer to this
// day; once_cell 1.0.1, Lazy; once_cell commit 5386606; once_cell issue 295).
//
// What happens to a once cell when its initialiser throws has been forgotten in every way there is.
// The C library's once routine knows no exceptions: the flag stays "running", and the next caller
// waits for ever. A lazy value moves its function out before it calls it: after the exception there
// is neither function nor value, and the next access returns what was never made. A cell wakes its
// waiters and then stores its state: who looks in between goes back to sleep, for good. A wait
// returns when it is woken, and does not look whether that was for a value or for an exception.
#include <atomic>
#include <condition_variable>
#include <heddle/check.hpp>
#include <heddle/lazy.hpp>
#include <heddle/once_cell.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace museum {
namespace {

struct failure {};

/// The protocol of the C library: nothing is done when the function leaves by an exception.
class once_in_c {
 public:
  template <typename Function>
  void call(Function&& function) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return state_ != running; });
    if (state_ == done) return;
    state_ = running;
    lock.unlock();
    function();
    lock.lock();
    state_ = done;
    changed_.notify_all();
  }

 private:
  enum { fresh, running, done } state_ = fresh;
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// First one that throws, then one that does not.
template <typename Call>
void throws_once(Call&& call) {
  try {
    call([]() -> int { throw failure(); });
  } catch (const failure&) {
  }
  call([] { return 1; });
}

HEDDLE_CHECK(once_error_never_recovers) {
  once_in_c once;
  throws_once([&](auto function) { once.call(function); });
}

HEDDLE_CHECK(once_error_cure) {
  heddle::once_cell<int> cell;
  throws_once([&](auto function) { cell.get_or_init(function); });
  heddle::require(*cell.get() == 1);
}

/// libstdc++'s own, as heddle runs it: it recovers.
HEDDLE_CHECK(once_error_call_once) {
  std::once_flag once;
  int value = 0;
  throws_once([&](auto function) { std::call_once(once, [&] { value = function(); }); });
  heddle::require(value == 1);
}

class lazy_that_moves_out {
 public:
  explicit lazy_that_moves_out(int (*make)()) : make_(make) {}
  int& get() {
    if (auto* make = std::exchange(make_, nullptr)) value_ = make();
    return *value_;
  }

 private:
  int (*make_)();
  std::optional<int> value_;
};

HEDDLE_CHECK(lazy_error_returns_nothing) {
  auto* lazy = new lazy_that_moves_out([]() -> int { throw failure(); });
  try {
    lazy->get();
  } catch (const failure&) {
  }
  bool refused = false;
  try {
    heddle::require(lazy->get() == 42, "what is returned was made");
  } catch (const heddle::poisoned&) {
    refused = true;
  }
  heddle::require(refused);
  delete lazy;
}

HEDDLE_CHECK(lazy_error_cure) {
  heddle::lazy lazy([]() -> int { throw failure(); });
  try {
    lazy.get();
  } catch (const failure&) {
  }
  bool refused = false;
  try {
    heddle::require(lazy.get() == 42, "what is returned was made");
  } catch (const heddle::poisoned&) {
    refused = true;
  }
  heddle::require(refused);
}

/// Wakes, and then says why.
class wakes_too_early {
 public:
  void set() {
    full_.notify_all();
    full_.store(1, std::memory_order_release);
  }
  void wait() { full_.wait(0, std::memory_order_acquire); }

 private:
  std::atomic<int> full_{0};
};

template <typename Cell, typename Set>
void set_and_wait(Cell& cell, Set&& set) {
  std::thread setter([&] { set(); });
  cell.wait();
  setter.join();
}

HEDDLE_CHECK(once_woken_before_the_state) {
  wakes_too_early cell;
  set_and_wait(cell, [&] { cell.set(); });
}

HEDDLE_CHECK(once_woken_cure) {
  heddle::once_cell<int> cell;
  set_and_wait(cell, [&] { static_cast<void>(cell.set(1)); });
}

/// Returns from wait as soon as it is woken.
class waits_once {
 public:
  void fail() {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
  }
  void set() {
    std::lock_guard lock(mutex_);
    full_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    if (!full_) changed_.wait(lock);
    return full_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool full_ = false;
};

HEDDLE_CHECK(once_wait_returns_too_early) {
  waits_once cell;
  std::thread other([&] {
    cell.fail();
    cell.set();
  });
  heddle::require(cell.wait(), "wait returns when there is a value");
  other.join();
}

HEDDLE_CHECK(once_wait_cure) {
  heddle::once_cell<int> cell;
  std::thread other([&] { throws_once([&](auto function) { cell.get_or_init(function); }); });
  heddle::require(cell.wait() == 1, "wait returns when there is a value");
  other.join();
}

}  // namespace
}  // namespace museum
