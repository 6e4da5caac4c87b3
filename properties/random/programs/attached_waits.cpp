// Random programs over other locks beside a global lock: mutexes and shares of mutexes that are
// held while their owner detaches, and a condition variable for attached threads.
#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <heddle/lock_attached.hpp>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "properties/contracts/lock/locks.hpp"
#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

using contracts::eager_lock;
using heddle::attach_guard;
using heddle::attached;

/// A thread for each of the program's; `work(token, step)` is called attached. This one meanwhile
/// does what `beside` says.
template <class Work, class Beside>
void by_threads(const program& which, eager_lock& lock, const Work& work, const Beside& beside) {
  std::vector<std::thread> threads;
  for (const auto& steps : which) {
    threads.emplace_back([&lock, &work, &steps] {
      for (const step& s : steps) {
        attach_guard guard(lock);
        work(guard.token(), s);
      }
    });
  }
  beside();
  for (std::thread& thread : threads) thread.join();
}

enum act { add, add_and_detach, read, read_and_detach };
const std::vector<operation> acts = {{"add"}, {"add_and_detach"}, {"read"}, {"read_and_detach"}};

/// Adds with the mutex, reads with a share of it; in the middle the thread may detach.
void lock_attached(const program& which) {
  eager_lock lock;
  std::shared_mutex mutex;
  int sum = 0;
  const auto use = [&](attached token, const step& s) {
    if (s.what == read || s.what == read_and_detach) {
      const auto share = heddle::shared_lock_attached(token, mutex);
      const int before = sum;
      if (s.what == read_and_detach) heddle::detached(token, [] {});
      heddle::require(sum == before, "nobody adds while somebody has a share");
      return;
    }
    const auto held = heddle::lock_attached(token, mutex);
    const int before = sum;
    if (s.what == add_and_detach) heddle::detached(token, [] {});
    sum = before + 1;
    heddle::require(held.owns_lock() && lock.is_attached(), "returns with both");
  };
  by_threads(which, lock, use, [] {});
  int expected = 0;
  for (const auto& steps : which) {
    for (const step& s : steps) expected += s.what == add || s.what == add_and_detach ? 1 : 0;
  }
  heddle::require(sum == expected, "nothing is lost");
}

/// Items that are put and taken; in the end nothing more will come, and who waits is told.
void attached_condition(const program& which) {
  eager_lock lock;
  std::mutex mutex;
  heddle::attached_condition_variable changed;
  int items = 0;
  bool closed = false;
  const auto close = [&] {
    attach_guard guard(lock);
    const auto held = heddle::lock_attached(guard.token(), mutex);
    closed = true;
    changed.notify_all();
  };
  const auto use = [&](attached token, const step& s) {
    auto held = heddle::lock_attached(token, mutex);
    if (s.what == 1) {
      ++items;
      changed.notify_one();
      return;
    }
    changed.wait(token, held, [&] { return items != 0 || closed; });
    heddle::require(held.owns_lock() && lock.is_attached(), "returns with both");
    heddle::require(items != 0 || closed, "what it waited for is there");
    if (items != 0) --items;
  };
  by_threads(which, lock, use, close);
}

const std::vector<operation> conditions = {{"take"}, {"put"}};

}  // namespace

std::vector<subject> attached_waits() {
  return {
      {"attached_condition", conditions, 2, 2, attached_condition},
      {"lock_attached", acts, 3, 2, lock_attached},
  };
}

}  // namespace programs
