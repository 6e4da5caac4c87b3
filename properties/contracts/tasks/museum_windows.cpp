// Known bugs of the moment between a grant and the next step of who was granted it, as other
// libraries had them: anyio on entering, tokio on dropping, curio on leaving. And a generator that
// tries that moment with every primitive.
#include <deque>
#include <heddle/async_mutex.hpp>
#include <heddle/async_semaphore.hpp>
#include <heddle/capacity_limiter.hpp>
#include <heddle/channel.hpp>
#include <heddle/shielded.hpp>
#include <heddle/timeouts.hpp>
#include <memory>
#include <thread>

#include "properties/contracts/tasks/edge_cancellation.hpp"

namespace contracts {
namespace {

using heddle::async_event;

/// anyio issue 398: entering a section takes the lock and then lets others run; who is cancelled
/// there is not inside, so nobody leaves.
void cancelled_on_entering(bool holds_a_guard) {
  heddle::async_semaphore lock(1);
  cancel_scope scope;
  auto enter_and_leave = [&]() -> task<> {
    auto permit = co_await lock.acquire();
    if (!holds_a_guard) permit.keep();
    co_await checkpoint();  // still entering
    if (!holds_a_guard) lock.release();
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, enter_and_leave()));
    co_await turns(heddle::choose(3));
    scope.cancel();
    const auto next = co_await lock.acquire();
  }));
}

HEDDLE_CHECK(m49_cancelled_on_entering) { cancelled_on_entering(false); }
HEDDLE_CHECK(m49_cure_a_guard) { cancelled_on_entering(true); }

/// anyio issue 1145: a cancelled waiter stays in the queue, and is handed the lock.
void handed_to_who_has_gone(bool leaves_the_queue) {
  edge_task first, second;
  async_event one, two;
  std::deque<edge_task*> queue;
  auto wait = [&](edge_task& me, async_event& handed) -> task<> {
    queue.push_back(&me);
    try {
      co_await wait_as(me, handed);
    } catch (const cancelled&) {
      if (leaves_the_queue) std::erase(queue, &me);
      throw;
    }
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(forgetting(wait(first, one)));
    group.spawn(wait(second, two));
    co_await turns(2);
    first.cancel();
    co_await turns(2);
    edge_task* const next = queue.front();  // release()
    if (next->waits_for != nullptr) next->waits_for->set();
  }));
}

HEDDLE_CHECK(m49_handed_to_who_has_gone) { handed_to_who_has_gone(false); }
HEDDLE_CHECK(m49_cure_leaves_the_queue) { handed_to_who_has_gone(true); }

/// Takes one of `kind`, and keeps it for a turn.
struct primitives {
  heddle::async_mutex mutex;
  heddle::async_semaphore semaphore{1};
  heddle::capacity_limiter limiter{1};
  heddle::channel<int> channel{1};

  task<> use(std::size_t kind) {
    if (kind == 0) {
      const auto guard = co_await mutex.lock();
      co_await checkpoint();
    } else if (kind == 1) {
      const auto permit = co_await semaphore.acquire();
      co_await checkpoint();
    } else if (kind == 2) {
      const auto token = co_await limiter.acquire();
      co_await checkpoint();
    } else {
      const auto value = co_await channel.receive();
      int back = *value;
      const bool there_is_room = channel.try_send(back);
      require(there_is_room, "for what was taken");
      co_await checkpoint();
    }
  }
};

/// Every primitive, two users, one of whom is cancelled at any moment: before its grant, in the
/// turn of the grant, after it, on entering. Afterwards it is free.
HEDDLE_CHECK(m49_cure_every_primitive_at_every_moment) {
  const std::size_t kind = heddle::choose(4);
  primitives all;
  int item = 7;
  require(all.channel.try_send(item), "the item");
  cancel_scope scope;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, all.use(kind)));
    group.spawn(all.use(kind));
    co_await turns(heddle::choose(4));
    scope.cancel();
  }));
  require(all.mutex.try_lock() && all.semaphore.available() == 1 && all.limiter.borrowed() == 0 &&
              all.channel.size() == 1,
          "it is free");
}

/// tokio issue 4618: to drop a future is to cancel it. A notification that was given to a future
/// which is then dropped has to go on to the next.
void dropped_after_it_was_notified(bool passes_on) {
  edge_waiters waiters;
  struct future {
    edge_waiters& in;
    const bool passes_on;
    async_event event;
    future(edge_waiters& in, bool passes_on) : in(in), passes_on(passes_on) {
      in.futures.push_back(&event);
    }
    ~future() {
      in.remove(event);
      if (passes_on && event.is_set()) in.wake_first();
    }
  };
  event_loop loop;
  loop.run([](edge_waiters& waiters, bool passes_on) -> task<> {
    auto dropped = std::make_unique<future>(waiters, passes_on);
    future other(waiters, passes_on);
    waiters.wake_first();
    dropped.reset();
    co_await other.event.wait();
  }(waiters, passes_on));
}

HEDDLE_CHECK(m50_notification_is_dropped) { dropped_after_it_was_notified(false); }
HEDDLE_CHECK(m50_cure_goes_on_to_the_next) { dropped_after_it_was_notified(true); }

/// tokio issue 7622: a second wake-up finds that the first is not consumed yet and does nothing; so
/// nothing orders what its thread has written before what the woken task reads. Two writes, each
/// followed by a wake-up; the task looks once for each wake-up that it consumes.
void second_wake_up(bool always_releases) {
  std::atomic<bool> notified{false};
  std::atomic<int> written{0};
  int seen = 0;
  notified.store(true, std::memory_order_release);  // the first one
  std::thread waker([&] {
    written.store(1, std::memory_order_relaxed);
    if (!always_releases && notified.load(std::memory_order_relaxed)) return;
    notified.exchange(true, std::memory_order_acq_rel);
  });
  if (notified.exchange(false, std::memory_order_acq_rel)) {
    seen = written.load(std::memory_order_relaxed);
  }
  waker.join();
  require(seen == 1 || notified.load(), "the task sleeps, and has not seen what it was woken for");
}

HEDDLE_CHECK(m50_wakes_without_a_release) { second_wake_up(false); }
HEDDLE_CHECK(m50_cure_always_releases) { second_wake_up(true); }

/// curio, commit bf7ec58: gather joins one task after the other; where it is cancelled, those that
/// it has not come to are left behind.
void gather_is_cancelled(bool joins_the_rest) {
  async_event ended[2];
  cancel_scope caller, children[2];
  int alive = 0;
  auto child = [&](std::size_t index) -> task<> {
    ++alive;
    co_await children[index].run([]() -> task<> { co_await heddle::sleep_for(1h); }());
    --alive;
    ended[index].set();
  };
  auto all_ended = [&]() -> task<> {
    for (async_event& end : ended) co_await end.wait();
  };
  auto gather = [&]() -> task<> {
    bool cut = false;
    try {
      co_await all_ended();
    } catch (const cancelled&) {
      cut = true;
    }
    if (cut && joins_the_rest) {
      for (cancel_scope& one : children) one.cancel();
      co_await heddle::shielded(all_ended());
    }
    require(alive == 0, "a task is left behind");
    if (cut) throw cancelled{};
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    for (std::size_t index = 0; index < 2; ++index) group.spawn(child(index));
    group.spawn(within(caller, gather()));
    co_await turns(2);
    caller.cancel();
  }));
  require(caller.caught(), "and it is the caller that was cancelled");
}

HEDDLE_CHECK(m55_gather_leaves_tasks_behind) { gather_is_cancelled(false); }
HEDDLE_CHECK(m55_cure_joins_the_rest) { gather_is_cancelled(true); }

/// curio, commits 1e53b68 and 894fbe3: the time of a block is over in the tick in which the block
/// ends; the time-out stays with the task, and comes at its next await, outside of the block.
void over_when_the_block_ends(bool takes_it_back) {
  const auto tick = steady::now() + 1s;
  edge_task me;
  bool inside = true;
  auto user = [&]() -> task<> {
    try {
      co_await heddle::sleep_until(tick);  // the work of the block
      if (std::exchange(me.requested, false)) throw cancelled{};
    } catch (const cancelled&) {
    }
    inside = false;
    if (takes_it_back) me.requested = false;
    co_await turns(2);
    require(!std::exchange(me.requested, false), "a time-out outside of its block");
  };
  auto clock = [&]() -> task<> {
    co_await heddle::sleep_until(tick);
    if (inside || !takes_it_back) me.cancel();
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(clock());
    group.spawn(user());
    co_return;
  }));
}

HEDDLE_CHECK(m55_time_out_after_its_block) { over_when_the_block_ends(false); }
HEDDLE_CHECK(m55_cure_it_ends_with_the_block) { over_when_the_block_ends(true); }

}  // namespace
}  // namespace contracts
