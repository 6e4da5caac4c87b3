// AJ, ATM, HE with one thing broken, beside the same without the mistake (`_cure_`). The contracts
// themselves: schedulers.cpp, endings.cpp.
#include <array>
#include <deque>
#include <heddle/async_event.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/shielded.hpp>
#include <heddle/task_handle.hpp>
#include <heddle/timeouts.hpp>
#include <vector>

#include "properties/contracts/tasks/edge_cancellation.hpp"

namespace contracts {
namespace {

using heddle::async_event;

enum class flaw { none, counts_who_waits, begins_after_close };

/// A scheduler of one job at a time, which may have a flaw.
struct small_scheduler {
  flaw has;
  int active = 0;
  int begun = 0;
  bool closed = false;
  std::deque<async_event*> waiting;
  async_event idle;

  task<> run(task<> job) {
    if (active != 0) {
      async_event turn;
      waiting.push_back(&turn);
      if (has == flaw::counts_who_waits) ++active;
      co_await turn.wait();
      if (closed && has != flaw::begins_after_close) {
        job.discard();
        leave();
        co_return;
      }
    } else {
      ++active;
    }
    ++begun;
    co_await std::move(job);
    leave();
  }
  void leave() {
    --active;
    if (active != 0) return;
    if (waiting.empty()) return idle.set();
    async_event* const next = waiting.front();
    waiting.pop_front();
    if (has != flaw::counts_who_waits) ++active;
    next->set();
  }
};

/// AJ-2 (aiojobs issues 98, 290): who waits for a turn is counted as if he had it, so that there
/// never is room for him.
void jobs_that_wait(flaw has) {
  small_scheduler scheduler{has, 0, 0, false, {}, {}};
  in_group([&](task_group& group) -> task<> {
    for (int count = 0; count != 2; ++count) group.spawn(scheduler.run(turns(1)));
    co_return;
  });
  require(scheduler.begun == 2, "each has had its turn");
}

HEDDLE_CHECK(aj_2_broken_counts_who_waits) { jobs_that_wait(flaw::counts_who_waits); }
HEDDLE_CHECK(aj_2_cure_counts_who_runs) { jobs_that_wait(flaw::none); }

/// AJ-4: a job that ends starts the next one, also where the scheduler is closing.
void jobs_and_close(flaw has) {
  small_scheduler scheduler{has, 0, 0, false, {}, {}};
  auto job = [&]() -> task<> {
    require(!scheduler.closed, "a job begins after close");
    co_await turns(2);
  };
  in_one_order([&](task_group& group) -> task<> {
    for (int count = 0; count != 2; ++count) group.spawn(scheduler.run(job()));
    co_await turns(1 + heddle::choose(2));
    scheduler.closed = true;
    co_await scheduler.idle.wait();
  });
}

HEDDLE_CHECK(aj_4_broken_the_next_begins) { jobs_and_close(flaw::begins_after_close); }
HEDDLE_CHECK(aj_4_cure_the_next_is_dropped) { jobs_and_close(flaw::none); }

/// AJ-5 (aiojobs issues 606, 612): close() takes each cancellation for one of its jobs'. It is
/// cancelled at any moment.
void cancelled_close(bool comes_out) {
  cancel_scope jobs, closer;
  async_event idle;
  bool closed = false;
  auto job = [&]() -> task<> {
    co_await jobs.run(sleep(1h));
    co_await turns(2);  // cleanup
    idle.set();
  };
  auto close = [&]() -> task<> {
    jobs.cancel();
    try {
      co_await idle.wait();
    } catch (const cancelled&) {
      if (comes_out) throw;
    }
    closed = true;
    require(idle.is_set(), "closed, and a job is running");
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(job());
    group.spawn(within(closer, close()));
    co_await cancel_sometime(closer, 3);
  });
  require(closed != closer.caught(), "closed, or cancelled");
}

HEDDLE_CHECK(aj_5_broken_swallows_it) { cancelled_close(false); }
HEDDLE_CHECK(aj_5_cure_it_comes_out) { cancelled_close(true); }

/// AJ-7: who waits for a job is cancelled at any moment, and cancels the job.
void cancelled_wait_for_a_job(bool leaves_it_alone) {
  cancel_scope scope;
  bool complete = false;
  auto job = [&]() -> task<> {
    co_await turns(2);
    complete = true;
  };
  auto wait = [&](heddle::task_handle<> job) -> task<> {
    try {
      co_await job.wait();
    } catch (const cancelled&) {
      if (!leaves_it_alone) job.cancel();
      throw;
    }
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, wait(heddle::spawn_with_result(group, job()))));
    co_await cancel_sometime(scope, 3);
  });
  require(complete, "the job is cancelled with who waits for it");
}

HEDDLE_CHECK(aj_7_broken_cancels_the_job) { cancelled_wait_for_a_job(false); }
HEDDLE_CHECK(aj_7_cure_leaves_it_alone) { cancelled_wait_for_a_job(true); }

/// ATM-1: a request handler that runs as a part of its connection; the client goes at any moment.
void client_goes(bool handled_elsewhere) {
  cancel_scope connection;
  int taken = 0, given = 0;
  auto handle = [&]() -> task<> {
    ++taken;
    co_await turns(2);
    ++given;
  };
  auto serve = [&](task_group& application) -> task<> {
    if (handled_elsewhere) {
      co_await heddle::shielded_in(application, handle());
    } else {
      co_await handle();
    }
  };
  in_group([&](task_group& application) -> task<> {
    application.spawn(within(connection, serve(application)));
    co_await cancel_sometime(connection, 3);
  });
  require(taken == given, "half of it is done");
}

HEDDLE_CHECK(atm_1_broken_ends_with_the_client) { client_goes(false); }
HEDDLE_CHECK(atm_1_cure_runs_to_its_end) { client_goes(true); }

/// HE-1: the second attempt comes after the delay, although the first has failed long before.
void second_attempt(bool looks_at_failures) {
  async_event failed;
  const auto begin = steady::now();
  auto refused = [&]() -> task<> {
    co_await checkpoint();
    failed.set();
  };
  auto failure_of_the_first = [&]() -> task<> { co_await failed.wait(); };
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(refused());
    if (looks_at_failures) {
      co_await heddle::move_on_after(250ms, failure_of_the_first());
    } else {
      co_await sleep(250ms);
    }
    require(steady::now() - begin < 100ms, "waits although the first has failed");
  });
}

HEDDLE_CHECK(he_1_broken_looks_at_the_clock_only) { second_attempt(false); }
HEDDLE_CHECK(he_1_cure_looks_at_failures) { second_attempt(true); }

/// HE-4: the winner is there, the others are cancelled, and nobody waits for their ends.
void the_others_end(bool are_waited_for) {
  std::array<cancel_scope, 2> attempts;
  std::array<async_event, 2> ended;
  auto attempt = [&](std::size_t me) -> task<> {
    co_await attempts[me].run(sleep(me == 0 ? 1h : 1s));
    co_await checkpoint();  // closes its socket
    ended[me].set();
  };
  in_group([&](task_group& group) -> task<> {
    for (std::size_t me = 0; me != 2; ++me) group.spawn(attempt(me));
    co_await ended[1].wait();
    attempts[0].cancel();
    if (are_waited_for) co_await ended[0].wait();
    require(ended[0].is_set(), "an attempt outlives its race");
  });
}

HEDDLE_CHECK(he_4_broken_cancelled_and_left) { the_others_end(false); }
HEDDLE_CHECK(he_4_cure_waited_for) { the_others_end(true); }

/// HE-5: of all failures the last one comes out.
void all_fail(bool keeps_all) {
  std::vector<std::exception_ptr> causes;
  auto attempt = [&]() -> task<> {
    try {
      co_await fail();
    } catch (const failure&) {
      if (!keeps_all) causes.clear();
      causes.push_back(std::current_exception());
    }
  };
  in_group([&](task_group& group) -> task<> {
    for (int count = 0; count != 2; ++count) group.spawn(attempt());
    co_return;
  });
  require(causes.size() == 2, "a cause is lost");
}

HEDDLE_CHECK(he_5_broken_the_last_cause) { all_fail(false); }
HEDDLE_CHECK(he_5_cure_all_causes) { all_fail(true); }

/// HE-6: there is a winner, the loser is ending, and in that moment the race is cancelled; an
/// aiohappyeyeballs that suppresses each cancellation while it waits for the loser.
void cancelled_while_the_loser_ends(bool passes_it_on) {
  edge_task me;
  async_event loser_ended;
  int open = 0;
  bool went_on = false;
  auto race = [&]() -> task<> {
    ++open;  // the winner's socket
    try {
      co_await wait_as(me, loser_ended);
    } catch (const cancelled&) {
      if (!passes_it_on) co_return;
      --open;
      throw;
    }
  };
  auto caller = [&]() -> task<> {
    co_await race();
    co_await checkpoint();
    --open;
    if (std::exchange(me.requested, false)) throw cancelled{};
    went_on = true;
  };
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(forgetting(caller()));
    co_await turns(1);
    const bool loser_first = heddle::choose(2) != 0;
    if (loser_first) loser_ended.set();
    co_await turns(heddle::choose(2));
    me.cancel();
    if (!loser_first) loser_ended.set();
  });
  require(!went_on && open == 0, "the race's cancellation is suppressed");
}

HEDDLE_CHECK(he_6_broken_suppresses_it) { cancelled_while_the_loser_ends(false); }
HEDDLE_CHECK(he_6_cure_passes_it_on) { cancelled_while_the_loser_ends(true); }

/// HE-7: whatever an attempt throws is taken for a refusal.
void attempt_with_a_bug(bool comes_out) {
  bool told = false;
  auto attempt = [&]() -> task<> {
    try {
      co_await checkpoint();
      throw std::logic_error("a bug");
    } catch (const std::logic_error&) {
      if (comes_out) throw;
    } catch (const std::exception&) {
    }
  };
  try {
    in_group([&](task_group& group) -> task<> {
      group.spawn(attempt());
      group.spawn(turns(1));  // another attempt, which wins
      co_return;
    });
  } catch (const heddle::exception_group&) {
    told = true;
  }
  require(told, "a bug is taken for a refusal");
}

HEDDLE_CHECK(he_7_broken_a_bug_is_a_refusal) { attempt_with_a_bug(false); }
HEDDLE_CHECK(he_7_cure_a_bug_comes_out) { attempt_with_a_bug(true); }

}  // namespace
}  // namespace contracts
