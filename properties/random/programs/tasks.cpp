// Random programs on a pool of threads, and over scopes that cancel: the ground that all tasks
// stand on.
#include <heddle/async_mutex.hpp>
#include <heddle/thread_pool.hpp>

#include "properties/random/programs/as_tasks.hpp"
#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

/// Pools: every task runs to its end, and what tasks write under a mutex is one after the other.
void use_pool(const program& which) {
  heddle::thread_pool pool(1);
  heddle::async_mutex mutex;
  int sum = 0;
  auto child = [](const std::vector<step>& steps, auto& mutex, int& sum) -> task<> {
    for (const step& s : steps) {
      if (s.what == 1) {
        co_await checkpoint();
      } else {
        const auto guard = co_await mutex.lock();
        ++sum;
      }
    }
  };
  pool.run(with_task_group([&](task_group& group) -> task<> {
    for (const auto& steps : which) group.spawn(child(steps, mutex, sum));
    co_return;
  }));
  int expected = 0;
  for (const auto& steps : which) {
    for (const step& s : steps) expected += s.what == 0 ? 1 : 0;
  }
  require(sum == expected, "nothing is lost");
}

const std::vector<operation> pool_acts = {{"add"}, {"turn"}};

/// Scopes: each task is in an inner and an outer one, of which any task may cancel either. A scope
/// absorbs its own cancellation, and no other.
struct scope_user {
  struct pair {
    cancel_scope outer, inner;
    bool stopped = false;  // a checkpoint of the task has thrown
  };
  std::vector<std::unique_ptr<pair>> pairs;

  task<> steps_of(pair& mine, const std::vector<step>& steps) {
    for (const step& s : steps) {
      if (s.what != 0) {
        pair& other = *pairs[std::min(static_cast<std::size_t>(s.value), pairs.size()) - 1];
        (s.what == 1 ? other.inner : other.outer).cancel();
        continue;
      }
      const bool cancelled_before = mine.inner.is_cancelled();
      mine.stopped = true;
      co_await checkpoint();
      mine.stopped = false;
      require(!cancelled_before, "a checkpoint of who is cancelled throws");
    }
  }
  task<> within_both(pair& mine, const std::vector<step>& steps) {
    const bool ended = co_await mine.inner.run(steps_of(mine, steps));
    require(!mine.outer.cancel_called() || !mine.stopped, "the outer one's goes past the inner");
    require(ended != mine.stopped, "what was cancelled has not ended");
  }
};

void use_scopes(const program& which) {
  scope_user user;
  for (std::size_t i = 0; i < which.size(); ++i) {
    user.pairs.push_back(std::make_unique<scope_user::pair>());
  }
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    for (std::size_t i = 0; i < which.size(); ++i) {
      scope_user::pair& mine = *user.pairs[i];
      group.spawn(within(mine.outer, user.within_both(mine, which[i])));
    }
    co_return;
  }));
  for (const auto& mine : user.pairs) {
    require(!mine->stopped || mine->outer.caught() || mine->inner.caught(), "somebody absorbs it");
    require(!mine->outer.caught() || mine->outer.cancel_called(), "its own only");
    require(!mine->inner.caught() || !mine->outer.caught(), "one of the two");
  }
}

const std::vector<operation> scope_acts = {{"turn"}, {"cancel_inner", 2}, {"cancel_outer", 2}};

}  // namespace

std::vector<subject> tasks() {
  return {
      {"cancel_scope", scope_acts, 3, 3, use_scopes},
      {"pool", pool_acts, 2, 2, use_pool},
  };
}

}  // namespace programs
