// Random programs over the global lock: threads that attach, nest, detach, poll, leave by an
// exception, and leave operations for others. What they do attached is one after the other, and
// nothing of it is lost.
#include "properties/contracts/lock/locks.hpp"

#include <heddle/check.hpp>
#include <heddle/global_lock.hpp>
#include <thread>
#include <vector>

#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

using contracts::eager_lock;
using heddle::attach_guard;

enum act { attach, nest, detach, poll, throw_attached, throw_detached };
const std::vector<operation> acts = {{"attach"}, {"nest"},           {"detach"},
                                     {"poll"},   {"throw_attached"}, {"throw_detached"}};

/// Adds one while attached, before and after what is done.
void perform(eager_lock& lock, int& sum, unsigned what) {
  attach_guard guard(lock);
  ++sum;
  if (what == nest) {
    attach_guard again(lock);
    ++sum;
  }
  if (what == detach) heddle::detached(guard.token(), [] {});
  if (what == poll) lock.poll(guard.token());
  if (what == throw_attached) throw what;
  if (what == throw_detached) heddle::detached(guard.token(), [&] { throw what; });
  ++sum;
}

int added_by(unsigned what) {
  if (what == throw_attached || what == throw_detached) return 1;
  return what == nest ? 3 : 2;
}

void use(const program& which) {
  eager_lock lock;
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

/// What each thread has posted, in the order in which it was applied.
struct applied {
  std::vector<int> last;  // by thread
  int count = 0;
  void operator()(std::size_t by, int number) {
    heddle::require(last[by] == number - 1, "a thread's operations are applied in order");
    last[by] = number;
    ++count;
  }
};

/// Operations left by threads that are attached to nothing, and applied by threads that are.
void defer(const program& which) {
  eager_lock lock;
  heddle::deferred_operations left;
  applied so_far{std::vector<int>(which.size(), 0)};
  int posted = 0;
  const auto drain = [&lock, &left] {
    attach_guard guard(lock);
    left.drain(guard.token());
  };
  std::vector<std::thread> threads;
  for (std::size_t by = 0; by < which.size(); ++by) {
    for (const step& s : which[by]) posted += s.what == 0 ? 1 : 0;
    threads.emplace_back([&left, &so_far, &drain, &steps = which[by], by] {
      int number = 0;
      for (const step& s : steps) {
        if (s.what != 0) {
          drain();
        } else {
          ++number;
          left.post([&so_far, by, number]() noexcept { so_far(by, number); });
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  drain();
  heddle::require(so_far.count == posted, "each is applied once");
}

const std::vector<operation> deferrals = {{"post"}, {"drain"}};

}  // namespace

std::vector<subject> locks() {
  return {
      {"deferred_operations", deferrals, 3, 2, defer},
      {"global_lock", acts, 3, 2, use},
  };
}

}  // namespace programs
