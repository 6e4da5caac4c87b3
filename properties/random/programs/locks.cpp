// Random programs over the global lock: threads that attach, nest, detach, poll, and leave by an
// exception. What they do attached is one after the other, and nothing of it is lost.
#include "properties/contracts/lock/locks.hpp"

#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <mutex>
#include <thread>

#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

struct real_lock {
  contracts::eager_lock lock;

  void attached(const auto& work) {
    heddle::attach_guard guard(lock);
    work();
  }
  // Of a thread that is attached, like poll.
  void detached(const auto& work) {
    heddle::attach_guard guard(lock);
    heddle::detached(guard.token(), work);
  }
  void poll() {
    heddle::attach_guard guard(lock);
    lock.poll(guard.token());
  }
};

/// A mutex and a count for each thread. Careful: what leaves by an exception while detached finds
/// itself attached again.
template <bool Careful>
struct small_lock {
  std::mutex mutex;
  static inline thread_local int depth = 0;

  struct leaving {
    small_lock& of;
    ~leaving() {
      if (--depth == 0) of.mutex.unlock();
    }
  };
  void attached(const auto& work) {
    if (depth++ == 0) mutex.lock();
    leaving guard{*this};
    work();
  }
  void detached(const auto& work) {
    mutex.unlock();
    if (!Careful) {
      work();
      mutex.lock();
      return;
    }
    struct coming_back {
      std::mutex& mutex;
      ~coming_back() { mutex.lock(); }
    } guard{mutex};
    work();
  }
  void poll() {}
};

enum act { attach, nest, detach, poll, throw_attached, throw_detached };
const std::vector<operation> acts = {{"attach"}, {"nest"},           {"detach"},
                                     {"poll"},   {"throw_attached"}, {"throw_detached"}};

/// Adds one while attached, before and after what is done.
template <class Lock>
void perform(Lock& lock, int& sum, unsigned what) {
  lock.attached([&] {
    ++sum;
    if (what == nest) lock.attached([&] { ++sum; });
    if (what == detach) lock.detached([] {});
    if (what == poll) lock.poll();
    if (what == throw_attached) throw what;
    if (what == throw_detached) lock.detached([&] { throw what; });
    ++sum;
  });
}

int added_by(unsigned what) {
  if (what == throw_attached || what == throw_detached) return 1;
  return what == nest ? 3 : 2;
}

template <class Lock>
void use(const program& which) {
  Lock lock;
  int sum = 0;
  int expected = 0;
  std::vector<std::thread> threads;
  for (const auto& steps : which) {
    for (const step& s : steps) expected += added_by(s.what);
    threads.emplace_back([&lock, &sum, &steps] {
      for (const step& s : steps) {
        try {
          perform(lock, sum, s.what);
        } catch (unsigned) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  heddle::require(sum == expected, "nothing that was done attached is lost");
}

}  // namespace

std::vector<subject> locks() {
  return {
      {"global_lock", acts, 3, 2, use<real_lock>},
      {"global_lock_small", acts, 3, 2, use<small_lock<true>>},
      {"global_lock_lost_by_an_exception", acts, 3, 3, use<small_lock<false>>, 100, 1},
  };
}

}  // namespace programs
