// GIL-2 of the lock itself: the thread that is attached last may end it, although others are still
// on their way out of their detaching (they wake a thread after they have given the lock up).
#include <condition_variable>
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <mutex>
#include <thread>

#include "properties/contracts/lock/locks.hpp"

namespace {

using contracts::eager_lock;
using contracts::patient_lock;
using heddle::attach_guard;

/// `users` threads use a lock, and who comes last deletes it.
template <class Lock, class Guard = attach_guard>
class shared_lock {
 public:
  explicit shared_lock(int users) : to_come_(users) {}

  void use() {
    bool last;
    {
      Guard guard(*lock_);
      last = --to_come_ == 0;
    }
    if (last) delete lock_;
  }

 private:
  Lock* const lock_ = new Lock;
  int to_come_;
};

template <class Shared>
void two_use(Shared shared) {
  std::thread other([&] { shared.use(); });
  shared.use();
  other.join();
}

HEDDLE_CHECK(gil_2_last_user_ends_the_lock) { two_use(shared_lock<eager_lock>(2)); }
HEDDLE_CHECK(gil_2_last_user_ends_the_lock_that_became_free) {
  two_use(shared_lock<patient_lock>(2));
}

HEDDLE_CHECK(gil_2_last_of_three_ends_the_lock) {
  shared_lock<patient_lock> shared(3);
  std::thread second([&] { shared.use(); });
  std::thread third([&] { shared.use(); });
  shared.use();
  second.join();
  third.join();
}

/// A lock whose end waits for nobody.
class tells_afterwards {
 public:
  void lock() {
    std::unique_lock inner(inner_);
    changed_.wait(inner, [this] { return free_; });
    free_ = false;
  }
  void unlock() {
    {
      std::lock_guard inner(inner_);
      free_ = true;
    }
    changed_.notify_one();
  }

 private:
  std::mutex inner_;
  std::condition_variable changed_;
  bool free_ = true;
};

HEDDLE_CHECK(gil_2_broken_ends_while_another_tells) {
  two_use(shared_lock<tells_afterwards, std::lock_guard<tells_afterwards>>(2));
}

}  // namespace
