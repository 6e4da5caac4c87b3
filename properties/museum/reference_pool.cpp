// A pool of references that were dropped by threads without the global lock, to be released by
// whoever attaches next. Two of its bugs in PyO3: it was emptied under its own lock, and a
// finaliser that it ran came back to it (issue 924, cured in bc3fac999: swap out, unlock, then
// release); and a thread that attached again at the end of allow_threads did not empty it, so that
// a deferred increment came after another thread had dropped the last reference (issue 2952, cured
// in 83f5fa290; later increments were no longer deferred at all, issue 4105). The cure is
// heddle::deferred_operations, drained at each attaching.
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "properties/museum/global_lock.hpp"

namespace museum {
namespace {

struct object {
  int references = 1;
};

void drop(object*& it) noexcept {
  if (--it->references == 0) delete std::exchange(it, nullptr);
}

class reference_pool {
 public:
  using finaliser = void (*)(reference_pool&);
  void post(finaliser each) {
    std::lock_guard guard(mutex_);
    dropped_.push_back(each);
  }
  void update_counts_under_the_lock() {
    std::lock_guard guard(mutex_);
    for (finaliser each : std::exchange(dropped_, {})) each(*this);
  }
  void update_counts() {
    std::unique_lock guard(mutex_);
    const auto taken = std::exchange(dropped_, {});
    guard.unlock();
    for (finaliser each : taken) each(*this);
  }

 private:
  std::mutex mutex_;
  std::vector<finaliser> dropped_;
};

HEDDLE_CHECK(pool_finaliser_reenters) {
  reference_pool pool;
  pool.post([](reference_pool& again) { again.update_counts_under_the_lock(); });
  pool.update_counts_under_the_lock();
}

HEDDLE_CHECK(pool_cure_swap_out_first) {
  reference_pool pool;
  pool.post([](reference_pool& again) { again.update_counts(); });
  pool.update_counts();
}

HEDDLE_CHECK(pool_cure_deferred_operations) {
  heddle::global_lock lock;
  bool released = false;
  lock.defer([&]() noexcept {
    heddle::attach_guard inner(lock);
    lock.poll(inner.token());
    released = true;
  });
  heddle::attach_guard guard(lock);
  heddle::require(released);
}

// The clone is counted when the thread next attaches from the outside, the original is dropped now.
HEDDLE_CHECK(pool_increment_too_late) {
  global_lock lock;
  std::mutex pool;
  std::vector<object*> to_increment;
  auto* original = new object;
  std::thread other;
  {
    attached now(lock);
    {
      detached meanwhile(lock);
      object* clone = original;
      {
        std::lock_guard guard(pool);
        to_increment.push_back(clone);
      }
      other = std::thread([&] {
        attached mine(lock);
        drop(original);
      });
      other.join();
    }
    // The end of allow_threads does not empty the pool; who attaches next does.
  }
  attached next(lock);
  for (object* each : to_increment) ++each->references;
}

// Freed once, by whoever is last.
HEDDLE_CHECK(pool_cure_increment_at_once) {
  heddle::global_lock lock(heddle::global_lock::startup::running, std::chrono::nanoseconds(0));
  auto* original = new object;
  object* clone = nullptr;
  std::thread other;
  {
    heddle::attach_guard guard(lock);
    clone = original;
    ++clone->references;
    heddle::detached(guard.token(), [&] {
      other = std::thread([&] {
        heddle::attach_guard mine(lock);
        object* theirs = original;
        drop(theirs);
      });
      lock.defer([&]() noexcept { drop(clone); });
      other.join();
    });
  }
}

}  // namespace
}  // namespace museum
