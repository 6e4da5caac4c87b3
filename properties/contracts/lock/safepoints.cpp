// STW-1 to STW-3: attached without excluding one another, and stopped all at once.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/safepoint_domain.hpp>
#include <mutex>
#include <thread>

#include "properties/contracts/lock/locks.hpp"

namespace {

using heddle::detached;
using heddle::safepoint_domain;
using attach_guard = heddle::safepoint_domain::attach_guard;

HEDDLE_CHECK(stw_1_stops_at_a_poll) {
  safepoint_domain domain;
  int seen = 0;
  std::thread other([&] {
    attach_guard guard(domain);
    ++seen;
    domain.poll(guard.token());
    ++seen;
  });
  {
    attach_guard guard(domain);
    auto stopped = domain.stop_the_world(guard.token());
    heddle::require(seen >= 0 && seen <= 2);
    seen += 0;
  }
  other.join();
  heddle::require(seen == 2);
}

HEDDLE_CHECK(stw_1_stops_while_others_are_detached) {
  safepoint_domain domain;
  int seen = 0;
  attach_guard guard(domain);
  std::thread other([&] {
    attach_guard mine(domain);
    detached(mine.token(), [] {});
    ++seen;
  });
  {
    auto stopped = domain.stop_the_world(guard.token());
    ++seen;
  }
  detached(guard.token(), [&] { other.join(); });
  heddle::require(seen == 2);
}

HEDDLE_CHECK(stw_1_three_threads) {
  safepoint_domain domain;
  int seen = 0;
  attach_guard guard(domain);
  std::thread second([&] {
    attach_guard mine(domain);
    ++seen;
  });
  std::thread third([&] {
    attach_guard mine(domain);
    domain.poll(mine.token());
  });
  {
    auto stopped = domain.stop_the_world(guard.token());
    ++seen;
  }
  safepoint_domain::detach_guard away(guard.token());
  second.join();
  third.join();
}

// Both want to stop the world; one is parked meanwhile.
HEDDLE_CHECK(stw_1_two_stoppers) {
  safepoint_domain domain;
  int count = 0;
  const auto work = [&] {
    attach_guard guard(domain);
    auto stopped = domain.stop_the_world(guard.token());
    ++count;
  };
  std::thread other(work);
  work();
  other.join();
  heddle::require(count == 2);
}

// A lazy value's initialiser runs the collector; another thread waits for the value (M-13).
template <bool Detaches>
void wait_for_a_thread_that_stops_the_world() {
  safepoint_domain domain;
  std::atomic<bool> filled{false};
  std::thread filler([&] {
    attach_guard guard(domain);
    {
      auto stopped = domain.stop_the_world(guard.token());
    }
    filled = true;
    filled.notify_one();
  });
  {
    attach_guard guard(domain);
    if constexpr (Detaches)
      detached(guard.token(), [&] { filled.wait(false); });
    else
      filled.wait(false);
  }
  filler.join();
}

HEDDLE_CHECK(stw_1_wait_detached) { wait_for_a_thread_that_stops_the_world<true>(); }
HEDDLE_CHECK(stw_1_misuse_wait_attached) { wait_for_a_thread_that_stops_the_world<false>(); }

HEDDLE_CHECK(stw_1_misuse_never_polls) {
  safepoint_domain domain;
  std::atomic<bool> stopped_once{false};
  std::thread other([&] {
    attach_guard guard(domain);
    while (!stopped_once) {
    }
  });
  {
    attach_guard guard(domain);
    auto stopped = domain.stop_the_world(guard.token());
    stopped_once = true;
  }
  other.join();
}

HEDDLE_CHECK(stw_1_polls_until_told) {
  safepoint_domain domain;
  std::atomic<bool> stopped_once{false};
  std::thread other([&] {
    attach_guard guard(domain);
    while (!stopped_once) domain.poll(guard.token());
  });
  {
    attach_guard guard(domain);
    auto stopped = domain.stop_the_world(guard.token());
    stopped_once = true;
  }
  other.join();
}

// A thread parks, or detaches, with a lock that the stopper wants.
HEDDLE_CHECK(stw_2_misuse_stopper_takes_a_lock_of_a_parked_thread) {
  contracts::stopper_locks_what_a_parked_thread_holds();
}

HEDDLE_CHECK(stw_2_stopper_takes_it_before) {
  safepoint_domain domain;
  std::mutex mutex;
  std::thread other([&] {
    attach_guard guard(domain);
    {
      std::lock_guard held(mutex);
    }
    domain.poll(guard.token());
  });
  {
    attach_guard guard(domain);
    std::unique_lock held(mutex, std::defer_lock);
    detached(guard.token(), [&] { held.lock(); });
    held.unlock();
    auto stopped = domain.stop_the_world(guard.token());
  }
  other.join();
}

// What the others wrote before is seen by the stopper, and what it writes by them.
HEDDLE_CHECK(stw_3_ordered_both_ways) {
  safepoint_domain domain;
  int shared = 0;
  std::thread other([&] {
    attach_guard guard(domain);
    ++shared;
    detached(guard.token(), [] {});
    ++shared;
  });
  {
    attach_guard guard(domain);
    auto stopped = domain.stop_the_world(guard.token());
    ++shared;
  }
  other.join();
  heddle::require(shared == 3);
}

// The number of those that are attached is counted down without release.
HEDDLE_CHECK(stw_3_broken_left_relaxed) {
  std::atomic<int> attached{1};
  int shared = 0;
  std::thread other([&] {
    ++shared;
    attached.fetch_sub(1, std::memory_order_relaxed);
  });
  while (attached.load(std::memory_order_acquire) != 0) {
  }
  ++shared;
  other.join();
}

HEDDLE_CHECK(stw_misuse_token_used_while_detached) {
  safepoint_domain domain;
  attach_guard guard(domain);
  const auto token = guard.token();
  safepoint_domain::detach_guard away(token);
  safepoint_domain::detach_guard again(token);
}

HEDDLE_CHECK(stw_nests_and_restores) {
  safepoint_domain domain;
  attach_guard outer(domain);
  {
    attach_guard inner(domain);
    detached(inner.token(), [] {
      heddle::require(!safepoint_domain::token::is_current(), "attached while detached");
    });
  }
  heddle::require(safepoint_domain::token::is_current(), "the inner guard's end has detached");
}

}  // namespace
