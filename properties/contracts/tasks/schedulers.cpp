// AJ, POOL, PROTO, HE: schedulers, pools, races, with cancellation at every moment, and
// conservation.
#include <heddle/exception_group.hpp>
#include <heddle/job_scheduler.hpp>
#include <heddle/resource_pool.hpp>
#include <heddle/staggered_race.hpp>
#include <memory>
#include <vector>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::exception_group;
using heddle::job_scheduler;
using heddle::with_job_scheduler;

struct jobs {
  int running = 0;
  int begun = 0;
  int ended = 0;
};

task<> job(jobs& of, int most) {
  ++of.begun;
  require(++of.running <= most, "no more than the limit");
  try {
    co_await checkpoint();
  } catch (...) {
    --of.running;
    throw;
  }
  --of.running;
  ++of.ended;
}

HEDDLE_CHECK(aj_1_no_more_than_the_limit) {
  jobs all;
  in_every_order(with_job_scheduler({1, 1}, [&](job_scheduler& scheduler) -> task<> {
    for (int count = 0; count < 3; ++count) co_await scheduler.spawn(job(all, 1));
    co_await scheduler.wait_until_idle();
    require(all.ended == 3, "aj_2: each that waited was started");
  }));
}

HEDDLE_CHECK(aj_1_two_at_once) {
  jobs all;
  in_every_order(with_job_scheduler({2, 0}, [&](job_scheduler& scheduler) -> task<> {
    for (int count = 0; count < 2; ++count) co_await scheduler.spawn(job(all, 1));
    co_await scheduler.wait_until_idle();
  }));
}

/// Somebody waits in spawn while the scheduler is closed, at any moment: what it brings does not
/// run after close() has returned (the bug of aiojobs).
HEDDLE_CHECK(aj_3_nothing_runs_after_close) {
  jobs all;
  bool closed = false;
  auto bring = [](job_scheduler& scheduler, jobs& all, bool& closed) -> task<> {
    for (int count = 0; count < 2; ++count) {
      try {
        co_await scheduler.spawn([](jobs& all, bool& closed) -> task<> {
          require(!closed, "no job begins after close");
          co_await job(all, 1);
          require(!closed, "no job runs after close");
        }(all, closed));
      } catch (const heddle::scheduler_closed&) {
      }
    }
  };
  in_every_order(with_job_scheduler({1, 0}, [&](job_scheduler& scheduler) -> task<> {
    co_await with_task_group([&](task_group& group) -> task<> {
      group.spawn(bring(scheduler, all, closed));
      co_await turns(heddle::choose(4));
      co_await scheduler.close();
      closed = true;
    });
  }));
  require(all.running == 0, "nobody is left");
}

/// The same with the mistake: who has waited for room does not look again whether it is closed.
struct careless_scheduler {
  heddle::async_semaphore room{1};
  bool closing = false;
  bool closed = false;
  int running = 0;

  task<> run_job() {
    const auto place = co_await room.acquire();
    ++running;
    require(!closed, "a job runs after close");
    co_await turns(2);
    --running;
  }
  task<> spawn_and_run() {
    if (!closing) co_await run_job();
  }
  task<> close() {
    closing = true;
    while (running != 0) co_await checkpoint();
    closed = true;
  }
};

HEDDLE_CHECK(m51_spawn_does_not_look_again) {
  careless_scheduler scheduler;
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(scheduler.spawn_and_run());
    group.spawn(scheduler.spawn_and_run());
    co_await turns(1);
    co_await scheduler.close();
  }));
}

HEDDLE_CHECK(aj_4_a_pending_job_never_begins) {
  jobs all;
  event_loop loop;
  loop.run(with_job_scheduler({1, 1}, [&](job_scheduler& scheduler) -> task<> {
    co_await scheduler.spawn(job(all, 1));
    co_await scheduler.spawn(job(all, 1));
    co_await scheduler.close();
    require(all.begun <= 1 && all.running == 0, "dropped, with its frame");
    bool refused = false;
    try {
      co_await scheduler.spawn(job(all, 1));
    } catch (const heddle::scheduler_closed&) {
      refused = true;
    }
    require(refused, "and nobody is accepted any more");
  }));
}

/// A job is not cancelled with who has brought it.
HEDDLE_CHECK(aj_7_cancelling_who_waits_does_not_cancel_the_job) {
  jobs all;
  cancel_scope scope;
  in_every_order(with_job_scheduler({1, 0}, [&](job_scheduler& scheduler) -> task<> {
    co_await scope.run([](job_scheduler& scheduler, jobs& all, cancel_scope& scope) -> task<> {
      co_await scheduler.spawn(job(all, 1));
      scope.cancel();
      co_await scheduler.wait_until_idle();
    }(scheduler, all, scope));
    co_await scheduler.wait_until_idle();
  }));
  require(scope.caught() && all.ended == 1, "the job has run to its end");
}

/// A connection that answers in order: each request has a number, and each answer its request's.
struct connection {
  explicit connection(int& open) : open(open) { ++open; }
  ~connection() { --open; }
  std::vector<int> unread;
  int& open;
};

using pool = heddle::resource_pool<connection>;

task<> request(pool& connections, int number, bool careful) {
  auto lease = co_await connections.acquire();
  if (careful) lease.begin_exchange();
  lease->unread.push_back(number);
  co_await checkpoint();
  const int answer = lease->unread.front();
  lease->unread.erase(lease->unread.begin());
  lease.end_exchange();
  require(answer == number, "the answer to another request");
}

void cancelled_request(bool careful) {
  int open = 0;
  {
    pool connections(1, [&open]() -> task<std::unique_ptr<connection>> {
      co_await checkpoint();
      co_return std::make_unique<connection>(open);
    });
    cancel_scope scope;
    in_every_order(with_task_group([&](task_group& group) -> task<> {
      group.spawn(within(scope, request(connections, 1, careful)));
      group.spawn(request(connections, 2, careful));
      co_await turns(heddle::choose(4));
      scope.cancel();
    }));
    require(connections.leased() == 0, "pool_2: every lease is back");
    require(static_cast<int>(connections.idle()) == open && open <= 1, "pool_1");
  }
  require(open == 0, "every connection is closed in the end");
}

/// One connection, two requests, one of which is cancelled at any moment: while it waits, while the
/// connection is made, between the request and the answer.
HEDDLE_CHECK(pool_2_cancelled_at_any_moment) { cancelled_request(true); }

/// The connection goes back with an answer in it: the next user reads it (redis-py issue 2624).
HEDDLE_CHECK(m47_answers_of_others) { cancelled_request(false); }

HEDDLE_CHECK(pool_2_making_one_fails) {
  pool connections(1, []() -> task<std::unique_ptr<connection>> {
    co_await checkpoint();
    throw failure();
  });
  event_loop loop;
  loop.run([](pool& connections) -> task<> {
    for (int round = 0; round < 2; ++round) {
      bool told = false;
      try {
        auto lease = co_await connections.acquire();
      } catch (const failure&) {
        told = true;
      }
      require(told && connections.leased() == 0, "pool_4: there is room for the next attempt");
    }
  }(connections));
}

/// A lease that is given back by hand, and not where a cancellation comes in between (aiopg issue
/// 332).
HEDDLE_CHECK(m46_given_back_by_hand) {
  heddle::async_semaphore permits(1);
  cancel_scope scope;
  auto transaction = [&permits]() -> task<> {
    auto permit = co_await permits.acquire();
    permit.keep();
    co_await checkpoint();  // BEGIN
    permits.release();
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, transaction()));
    co_await turns(heddle::choose(3));
    scope.cancel();
  }));
  require(permits.available() == 1, "a lease is lost");
}

struct racer {
  explicit racer(int& open) : open(&open) { ++open; }
  racer(racer&& other) noexcept : open(std::exchange(other.open, nullptr)) {}
  ~racer() {
    if (open != nullptr) --*open;
  }
  int* open;
};

using attempts = std::vector<std::function<task<racer>()>>;

task<racer> connect(int& open, steady::time_point when) {
  racer opened(open);
  co_await heddle::sleep_until(when);
  co_return opened;
}

task<racer> refuse(int& open) {
  const racer opened(open);
  co_await checkpoint();
  throw failure();
}

/// Two succeed in the very same tick, and the race is cancelled in that tick or not: at most one is
/// kept open.
HEDDLE_CHECK(he_3_two_in_one_tick) {
  int open = 0;
  cancel_scope scope;
  const auto tick = steady::now() + 1s;
  const bool cancels = heddle::choose(2) != 0;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](int& open, steady::time_point tick) -> task<> {
      attempts both;
      for (int count = 0; count < 2; ++count) {
        both.push_back([&open, tick] { return connect(open, tick); });
      }
      const auto won = co_await heddle::staggered_race<racer>(std::move(both), 250ms);
      require(open == 1, "he_2: one result, the other is closed");
    }(open, tick)));
    if (cancels) {
      co_await heddle::sleep_until(tick);
      scope.cancel();
    }
  }));
  require(open == 0, "he_6: nothing is left open");
}

/// A race that forgets to close who comes second.
HEDDLE_CHECK(m44_the_runner_up_stays_open) {
  int open = 0;
  const auto tick = steady::now() + 1s;
  bool won = false;
  auto attempt = [&](task_group& group) -> task<> {
    co_await heddle::sleep_until(tick);
    ++open;
    if (!std::exchange(won, true)) group.cancel();
  };
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn(attempt(group));
    group.spawn(attempt(group));
    co_return;
  }));
  require(open == 1, "two can still win");
}

HEDDLE_CHECK(he_1_when_attempts_begin) {
  event_loop loop;
  int open = 0;
  const auto begin = steady::now();
  std::vector<steady::duration> begun;
  attempts three;
  three.push_back([&] {
    begun.push_back(steady::now() - begin);
    return refuse(open);
  });
  for (int count = 0; count < 2; ++count) {
    three.push_back([&] {
      begun.push_back(steady::now() - begin);
      return connect(open, begin + 1s);
    });
  }
  const auto won = loop.run(heddle::staggered_race<racer>(std::move(three), 250ms));
  require(begun.size() == 3 && begun[0] < 100ms, "the first at once");
  require(begun[1] < 100ms, "the second when the first has failed");
  require(begun[2] >= 250ms && begun[2] < 400ms, "the third after the delay");
  require(won.index == 1 || won.index == 2, "one of the two");
}

HEDDLE_CHECK(he_5_all_fail) {
  event_loop loop;
  int open = 0;
  attempts two;
  for (int count = 0; count < 2; ++count) two.push_back([&open] { return refuse(open); });
  try {
    loop.run(heddle::staggered_race<racer>(std::move(two), 250ms));
    require(false, "errors come out");
  } catch (const exception_group& errors) {
    require(errors.size() == 2 && open == 0, "all causes, and nothing is open");
  }
}

HEDDLE_CHECK(he_7_a_bug_ends_the_race) {
  event_loop loop;
  int open = 0;
  attempts two;
  two.push_back([]() -> task<racer> {
    co_await checkpoint();
    throw std::logic_error("a bug");
  });
  two.push_back([&open] { return connect(open, steady::now() + 1h); });
  try {
    loop.run(heddle::staggered_race<racer>(std::move(two), 250ms));
    require(false, "the error comes out");
  } catch (const exception_group& errors) {
    require(errors.subgroup<std::logic_error>() && open == 0, "at once");
  }
}

}  // namespace
}  // namespace contracts
