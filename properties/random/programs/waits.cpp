// Random programs over what tasks wait with: they use it, wait, cancel one another, and are stopped
// by a time limit where nothing else ends a wait.
#include <heddle/async_condition_variable.hpp>
#include <heddle/async_event.hpp>
#include <heddle/async_mutex.hpp>
#include <heddle/async_semaphore.hpp>
#include <heddle/capacity_limiter.hpp>
#include <heddle/channel.hpp>
#include <heddle/resource_pool.hpp>

#include "properties/random/programs/as_tasks.hpp"
#include "properties/random/programs/subjects.hpp"

namespace programs {
namespace {

/// Channels: what is sent is received, or still there.
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

/// Semaphores: permits come back.
struct semaphore_user {
  scopes& all;
  heddle::async_semaphore semaphore{1};

  task<> operator()(const step& s) {
    if (s.what == 0) {
      const auto permit = co_await semaphore.acquire();
      co_await checkpoint();
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

/// Mutexes: one at a time.
struct mutex_user {
  scopes& all;
  heddle::async_mutex mutex{};
  std::size_t inside = 0;

  task<> operator()(const step& s) {
    if (s.what == 1) {
      cancel(all, s.value);
      co_return;
    }
    const auto guard = co_await mutex.lock();
    const presence here(inside);
    require(inside == 1, "one at a time");
    co_await checkpoint();
  }

  void finished() const {}
};

const std::vector<operation> mutex_acts = {{"lock"}, {"cancel", 3}};

/// Events: who waits when it is set goes on.
struct event_user {
  scopes& all;
  heddle::async_event event{};
  std::size_t waiting = 0;

  task<> operator()(const step& s) {
    if (s.what == 1) {
      event.set();
    } else if (s.what == 2) {
      cancel(all, s.value);
    } else {
      const auto begin = steady::now();
      const presence here(waiting);
      try {
        co_await event.wait();
      } catch (const cancelled&) {
        require(steady::now() - begin < 500ms || !event.is_set(), "who waits is told");
        throw;
      }
    }
  }

  void finished() const { require(waiting == 0, "nobody waits any more"); }
};

const std::vector<operation> event_acts = {{"wait"}, {"set"}, {"cancel", 3}};

/// Condition variables: whoever comes out of a wait has the lock, and what it waited for.
struct condition_user {
  scopes& all;
  heddle::async_mutex mutex{};
  heddle::async_condition_variable changed{};
  int items = 0;

  task<> operator()(const step& s) {
    if (s.what == 2) {
      cancel(all, s.value);
      co_return;
    }
    heddle::async_mutex::guard guard = co_await mutex.lock();
    if (s.what == 1) {
      ++items;
      changed.notify_one();
      co_return;
    }
    try {
      co_await changed.wait(guard, [this] { return items != 0; });
    } catch (const cancelled&) {
      require(guard.owns_lock(), "cancelled with the lock");
      throw;
    }
    require(guard.owns_lock() && items-- != 0, "there is something, and the lock with it");
  }

  void finished() const { require(items >= 0, "nothing is taken twice"); }
};

const std::vector<operation> condition_acts = {{"take"}, {"put"}, {"cancel", 3}};

/// Limiters: never more at once than there may be, and tokens come back.
struct limiter_user {
  scopes& all;
  heddle::capacity_limiter limiter{1};
  std::size_t inside = 0;
  std::size_t most = 1;  // that there ever was

  task<> operator()(const step& s) {
    if (s.what == 0) {
      const auto token = co_await limiter.acquire();
      const presence here(inside);
      require(inside <= most, "not more than there may be");
      co_await checkpoint();
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

struct connection {
  bool in_use = false;
};

/// Pools of resources: one user each, and none that somebody left in the middle.
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
    lease.begin_exchange();
    lease->in_use = true;
    co_await checkpoint();
    lease->in_use = false;
    lease.end_exchange();
    if (s.what == 1) lease.poison();
  }

  void finished() const { require(pool.leased() == 0, "each lease ends"); }
};

const std::vector<operation> connection_acts = {{"use"}, {"use_and_poison"}, {"cancel", 3}};

}  // namespace

std::vector<subject> waits() {
  return {
      {"channel", channel_acts, 3, 3, use<channel_user>},
      {"condition", condition_acts, 3, 3, use<condition_user>},
      {"event", event_acts, 3, 3, use<event_user>},
      {"limiter", limiter_acts, 3, 3, use<limiter_user>},
      {"mutex", mutex_acts, 3, 3, use<mutex_user>},
      {"resource_pool", connection_acts, 3, 3, use<connection_user>},
      {"semaphore", semaphore_acts, 3, 3, use<semaphore_user>},
  };
}

}  // namespace programs
