// Random programs over channels, semaphores, mutexes, groups and pools: tasks that use them, wait,
// fail, cancel one another, and are stopped by a time limit where nothing else ends a wait.
#include <algorithm>
#include <heddle/async_mutex.hpp>
#include <heddle/async_semaphore.hpp>
#include <heddle/capacity_limiter.hpp>
#include <heddle/channel.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/resource_pool.hpp>
#include <heddle/thread_pool.hpp>
#include <heddle/timeouts.hpp>
#include <memory>

#include "properties/contracts/tasks/support.hpp"
#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

using namespace contracts;

/// The scope of each task of a program: cancelled by others, or when time is over.
using scopes = std::vector<std::unique_ptr<cancel_scope>>;

scopes scopes_for(const program& which) {
  scopes made;
  for (std::size_t i = 0; i < which.size(); ++i) made.push_back(std::make_unique<cancel_scope>());
  return made;
}

/// Cancels task 1 … (the last, if there are not so many).
void cancel(scopes& all, int number) {
  all[std::min<std::size_t>(static_cast<std::size_t>(number), all.size()) - 1]->cancel();
}

/// Runs `work(step)` for each step, each thread of the program as a task in a scope of its own, in
/// every order of the tasks.
template <class Work>
void as_tasks(const program& which, Work& work, scopes& all) {
  auto steps_of = [](const std::vector<step>& steps, Work& work) -> task<> {
    for (const step& s : steps) co_await work(s);
  };
  auto everything = [](const program& which, Work& work, scopes& all, auto& steps_of) -> task<> {
    co_await with_task_group([&](task_group& group) -> task<> {
      for (std::size_t i = 0; i < which.size(); ++i) {
        group.spawn(within(*all[i], steps_of(which[i], work)));
      }
      co_return;
    });
  };
  in_every_order([](auto everything) -> task<> {
    co_await heddle::move_on_after(1s, std::move(everything));
  }(everything(which, work, all, steps_of)));
}

/// The threads of a program as tasks that use one User; what must hold when all have ended.
template <class User>
void use(const program& which) {
  scopes all = scopes_for(which);
  User user{all};
  as_tasks(which, user, all);
  user.finished();
}

// ---- channels: what is sent is received, or still there

/// Forgets: a receiver that has its value may still be cancelled.
template <bool Forgets>
struct channel_user {
  scopes& all;
  heddle::channel<int> values{1};
  int balance = 0;

  task<> operator()(const step& s) {
    int value = s.value;
    if (s.what == 0) {
      co_await values.send(value);
      ++balance;
    } else if (s.what == 1) {
      const std::optional<int> received = co_await values.receive();
      if (Forgets) co_await checkpoint();
      if (received) --balance;
    } else if (s.what == 2) {
      balance += values.try_send(value) ? 1 : 0;
    } else if (s.what == 3) {
      const auto received = co_await heddle::move_on_after(10ms, receive());
      if (received && *received) --balance;
    } else {
      cancel(all, s.value);
    }
  }
  task<std::optional<int>> receive() { co_return co_await values.receive(); }

  void finished() const {
    require(balance == static_cast<int>(values.size()), "no value is lost or invented");
  }
};

const std::vector<operation> channel_acts = {
    {"send", 2}, {"receive"}, {"try_send", 2}, {"receive_in_time"}, {"cancel", 3}};

// ---- semaphores: permits come back

/// Forgets: the permit that a cancelled task was given.
template <bool Forgets>
struct semaphore_user {
  scopes& all;
  heddle::async_semaphore semaphore{1};

  task<> operator()(const step& s) {
    if (s.what == 0) {
      auto permit = co_await semaphore.acquire();
      if (Forgets) permit.keep();
      co_await checkpoint();
      if (Forgets) semaphore.release();
    } else if (s.what == 1) {
      const auto permit = semaphore.try_acquire();
      require(semaphore.available() == 0, "there is one permit only");
    } else {
      cancel(all, s.value);
    }
  }

  void finished() const { require(semaphore.available() == 1, "each permit comes back"); }
};

const std::vector<operation> semaphore_acts = {{"acquire"}, {"try_acquire"}, {"cancel", 3}};

// ---- mutexes: one at a time

struct looks_then_locks {
  struct unlock {
    void operator()(bool* locked) const { *locked = false; }
  };
  using guard = std::unique_ptr<bool, unlock>;
  task<guard> lock() {
    while (locked) co_await checkpoint();
    co_await checkpoint();
    locked = true;
    co_return guard(&locked);
  }
  bool locked = false;
};

template <class Mutex>
struct mutex_user {
  scopes& all;
  Mutex mutex{};
  int inside = 0;

  task<> operator()(const step& s) {
    if (s.what == 1) {
      cancel(all, s.value);
      co_return;
    }
    const auto guard = co_await mutex.lock();
    require(++inside == 1, "one at a time");
    try {
      co_await checkpoint();
    } catch (...) {
      --inside;
      throw;
    }
    --inside;
  }

  void finished() const {}
};

const std::vector<operation> mutex_acts = {{"lock"}, {"cancel", 3}};

// ---- limiters: never more at once than there may be, and tokens come back

struct looks_then_counts {
  struct give_back {
    void operator()(std::size_t* count) const { --*count; }
  };
  using token = std::unique_ptr<std::size_t, give_back>;
  task<token> acquire() {
    while (count >= most) co_await checkpoint();
    co_await checkpoint();
    ++count;
    co_return token(&count);
  }
  void set_total(std::size_t total) { most = total; }
  std::size_t borrowed() const { return count; }
  std::size_t most;
  std::size_t count = 0;
};

template <class Limiter>
struct limiter_user {
  scopes& all;
  Limiter limiter{1};
  std::size_t inside = 0;
  std::size_t most = 1;  // that there ever was

  task<> operator()(const step& s) {
    if (s.what == 0) {
      const auto token = co_await limiter.acquire();
      require(++inside <= most, "not more than there may be");
      try {
        co_await checkpoint();
      } catch (...) {
        --inside;
        throw;
      }
      --inside;
    } else if (s.what == 1) {
      most = std::max(most, static_cast<std::size_t>(s.value));
      limiter.set_total(static_cast<std::size_t>(s.value));
    } else {
      cancel(all, s.value);
    }
  }

  void finished() const { require(limiter.borrowed() == 0, "each token comes back"); }
};

const std::vector<operation> limiter_acts = {{"acquire"}, {"set_total", 2}, {"cancel", 3}};

// ---- pools of resources: one user each, and none that somebody left in the middle

struct connection {
  bool in_use = false;
};

/// Forgets: to say when an exchange begins.
template <bool Forgets>
struct connection_user {
  scopes& all;
  heddle::resource_pool<connection> pool{1, []() -> task<std::unique_ptr<connection>> {
                                           co_await checkpoint();
                                           co_return std::make_unique<connection>();
                                         }};

  task<> operator()(const step& s) {
    if (s.what == 2) {
      cancel(all, s.value);
      co_return;
    }
    auto lease = co_await pool.acquire();
    require(!lease->in_use, "nobody else uses it, and nobody has left it in the middle");
    if (!Forgets) lease.begin_exchange();
    lease->in_use = true;
    co_await checkpoint();
    lease->in_use = false;
    lease.end_exchange();
    if (s.what == 1) lease.poison();
  }

  void finished() const { require(pool.leased() == 0, "each lease ends"); }
};

const std::vector<operation> connection_acts = {{"use"}, {"use_and_poison"}, {"cancel", 3}};

// ---- groups: all children end, and every error comes out

struct group_user {
  std::size_t running = 0;
  std::size_t errors = 0;

  task<> child(const std::vector<step>& steps) {
    struct presence {
      std::size_t& running;
      ~presence() { --running; }
    };
    ++running;
    presence here{running};
    for (const step& s : steps) {
      if (s.what == 0) co_await checkpoint();
      if (s.what == 1) {
        ++errors;
        throw failure();
      }
      if (s.what == 2) co_await heddle::sleep_for(1s);
    }
  }
};

/// Forgets: of several errors, all but the first.
template <bool Forgets>
void use_group(const program& which) {
  group_user user;
  std::size_t told = 0;
  in_every_order([](const program& which, group_user& user, std::size_t& told) -> task<> {
    try {
      co_await with_task_group([&](task_group& group) -> task<> {
        for (const auto& steps : which) group.spawn(user.child(steps));
        co_return;
      });
    } catch (const heddle::exception_group& group) {
      told = Forgets ? 1 : group.errors().size();
    }
  }(which, user, told));
  require(user.running == 0, "every child has ended");
  require(told == user.errors, "every error comes out");
}

const std::vector<operation> group_acts = {{"turn"}, {"throw"}, {"sleep"}};

// ---- pools: what tasks write under a mutex is one after the other

template <bool Locks>
void use_pool(const program& which) {
  heddle::thread_pool pool(2);
  heddle::async_mutex mutex;
  int sum = 0;
  auto child = [](const std::vector<step>& steps, auto& mutex, int& sum) -> task<> {
    for (const step& s : steps) {
      if (s.what == 1) {
        co_await checkpoint();
      } else if (Locks) {
        const auto guard = co_await mutex.lock();
        ++sum;
      } else {
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

}  // namespace

std::vector<subject> tasks() {
  return {
      {"channel", channel_acts, 3, 3, use<channel_user<false>>},
      {"channel_forgets_a_value", channel_acts, 3, 3, use<channel_user<true>>, 200, 3},
      {"semaphore", semaphore_acts, 3, 3, use<semaphore_user<false>>},
      {"semaphore_forgets_a_permit", semaphore_acts, 3, 3, use<semaphore_user<true>>, 200, 2},
      {"mutex", mutex_acts, 3, 3, use<mutex_user<heddle::async_mutex>>},
      {"mutex_looks_then_locks", mutex_acts, 3, 3, use<mutex_user<looks_then_locks>>, 200, 2},
      {"limiter", limiter_acts, 3, 3, use<limiter_user<heddle::capacity_limiter>>},
      {"limiter_looks_then_counts", limiter_acts, 3, 3, use<limiter_user<looks_then_counts>>, 200,
       2},
      {"resource_pool", connection_acts, 3, 3, use<connection_user<false>>},
      {"resource_pool_forgets_an_exchange", connection_acts, 3, 3, use<connection_user<true>>, 200,
       3},
      {"group", group_acts, 3, 3, use_group<false>},
      {"group_forgets_errors", group_acts, 3, 3, use_group<true>, 200, 2},
      {"pool", pool_acts, 2, 2, use_pool<true>},
      {"pool_without_a_lock", pool_acts, 2, 2, use_pool<false>, 200, 2},
  };
}

}  // namespace programs
