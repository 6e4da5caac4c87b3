// CAN, SELF, SWL with one thing broken: a small way of cancelling that breaks its contract, and is
// found, beside the same without the mistake (`_cure_`). The contracts themselves:
// cancellation.cpp, endings.cpp.
#include <heddle/async_event.hpp>
#include <optional>
#include <stop_token>
#include <thread>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::async_event;

/// CAN-1: a result, and a cancellation of it that looks whether it is there already.
struct cancellable_result {
  std::optional<int> value;
  bool is_cancelled = false;

  void deliver(int end) {
    if (!is_cancelled) value = end;
  }
  bool cancel(bool looks) {
    if (looks && value) return false;
    value.reset();
    return is_cancelled = true;
  }
};

void cancelled_after_its_end(bool looks) {
  cancellable_result result;
  bool delivered = false, was_cancelled = false;
  auto work = [&]() -> task<> {
    co_await turns(1);
    result.deliver(7);
    delivered = result.value.has_value();
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(work());
    co_await turns(heddle::choose(4));
    was_cancelled = result.cancel(looks);
  });
  require(delivered != was_cancelled, "what has ended is cancelled");
}

HEDDLE_CHECK(can_1_broken_does_not_look) { cancelled_after_its_end(false); }
HEDDLE_CHECK(can_1_cure_looks) { cancelled_after_its_end(true); }

/// CAN-2: a wait that a std::stop_callback ends, by resuming the task there and then, or by waking
/// it for its own turn.
class wait_for_stop {
 public:
  wait_for_stop(std::stop_token token, bool at_once)
      : token_(std::move(token)), at_once_(at_once) {}
  bool await_ready() const noexcept { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> caller) {
    task_ = &caller.promise().context();
    task_->suspended_at(caller);
    callback_.emplace(token_, on_stop{this});
  }
  void await_resume() {
    callback_.reset();
    throw cancelled{};
  }

 private:
  struct on_stop {
    wait_for_stop* self;
    void operator()() const noexcept {
      heddle::detail::task_context& task = *self->task_;
      self->at_once_ ? task.resume() : task.post();
    }
  };

  std::stop_token token_;
  bool at_once_;
  heddle::detail::task_context* task_ = nullptr;
  std::optional<std::stop_callback<on_stop>> callback_;
};

void cancelling_runs_the_task(bool at_once) {
  cancel_scope scope;
  bool noticed = false;
  auto work = [&]() -> task<> {
    try {
      co_await wait_for_stop(scope.token(), at_once);
    } catch (const cancelled&) {
      noticed = true;
      throw;
    }
  };
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(within(scope, work()));
    co_await turns(2);
    scope.cancel();
    require(!noticed, "who cancels runs the task");
    co_await turns(2);
    require(noticed, "it runs in its own turn");
  });
}

HEDDLE_CHECK(can_2_broken_resumed_by_who_cancels) { cancelling_runs_the_task(true); }
HEDDLE_CHECK(can_2_cure_woken_by_who_cancels) { cancelling_runs_the_task(false); }

/// CAN-3: requests are messages, and two that come before the task notices should be one.
void two_requests_at_once(bool are_one) {
  int requests = 0;
  bool cleaned = false;
  auto meet = [&]() -> task<> {
    co_await checkpoint();
    if (requests == 0) co_return;
    requests = are_one ? 0 : requests - 1;
    throw cancelled{};
  };
  auto work = [&]() -> task<> {
    try {
      for (;;) co_await meet();
    } catch (const cancelled&) {
    }
    co_await meet();  // cleanup
    cleaned = true;
  };
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(work());
    co_await turns(heddle::choose(3));
    requests += 2;
  });
  require(cleaned, "the cleanup meets the second of two requests");
}

HEDDLE_CHECK(can_3_broken_one_for_each_request) { two_requests_at_once(false); }
HEDDLE_CHECK(can_3_cure_requests_are_one) { two_requests_at_once(true); }

/// CAN-4: what is on its way between two statements, while another thread cancels.
void cancelled_between_statements(bool only_at_checkpoints) {
  cancel_scope scope;
  int from = 1, to = 0;
  std::thread canceller([&] { scope.cancel(); });
  auto step = [&] {
    if (!only_at_checkpoints && scope.is_cancelled()) throw cancelled{};
  };
  auto transfer = [&]() -> task<> {
    co_await heddle::cancellation_point();
    --from;
    step();
    ++to;
    co_await heddle::cancellation_point();
  };
  event_loop loop;
  loop.run(within(scope, transfer()));
  canceller.join();
  require(from + to == 1, "interrupted between two statements");
}

HEDDLE_CHECK(can_4_broken_interrupted_anywhere) { cancelled_between_statements(false); }
HEDDLE_CHECK(can_4_cure_at_checkpoints) { cancelled_between_statements(true); }

/// CAN-5: whether a task was cancelled is told by what comes out of it, and not by what was asked.
/// Cancelled at any moment, also in the turn in which the letter comes, before it and after it.
void cancelled_at_any_moment(bool by_what_came_out) {
  async_event letter_is_there;
  cancel_scope scope;
  int letters = 1, kept = 0;
  auto take = [&]() -> task<int> {
    co_await letter_is_there.wait();
    --letters;
    co_return 1;
  };
  auto user = [&]() -> task<> {
    std::optional<int> value = co_await scope.run(take());
    if (!by_what_came_out && scope.cancel_called()) value.reset();
    if (value) kept += *value;
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(user());
    group.spawn(cancel_sometime(scope, 3));
    co_await turns(heddle::choose(3));
    letter_is_there.set();
  });
  require(letters + kept == 1, "taken, and thrown away");
}

HEDDLE_CHECK(can_5_broken_asks_for_the_request) { cancelled_at_any_moment(false); }
HEDDLE_CHECK(can_5_cure_asks_what_came_out) { cancelled_at_any_moment(true); }

/// SELF-1: who throws a cancellation and catches it is not cancelled.
void thrown_and_caught(bool leaves_no_trace) {
  cancel_scope own;
  int after = 0;
  auto work = [&]() -> task<> {
    try {
      if (!leaves_no_trace) own.cancel();
      throw cancelled{};
    } catch (const cancelled&) {
    }
    co_await checkpoint();
    ++after;
  };
  event_loop loop;
  loop.run(within(own, work()));
  require(after == 1, "what was caught comes again");
}

HEDDLE_CHECK(self_1_broken_leaves_a_request) { thrown_and_caught(false); }
HEDDLE_CHECK(self_1_cure_leaves_nothing) { thrown_and_caught(true); }

/// SELF-2: who cancels itself goes on to its next checkpoint.
void cancels_itself(bool throws_at_once) {
  cancel_scope own;
  int open = 0;
  auto work = [&]() -> task<> {
    ++open;
    own.cancel();
    if (throws_at_once) throw cancelled{};
    --open;
    co_await checkpoint();
    require(false, "the checkpoint throws");
  };
  event_loop loop;
  loop.run(within(own, work()));
  require(open == 0 && own.caught(), "the code behind the request does not run");
}

HEDDLE_CHECK(self_2_broken_throws_at_once) { cancels_itself(true); }
HEDDLE_CHECK(self_2_cure_goes_on) { cancels_itself(false); }

struct ordinary_cancellation : std::runtime_error {
  ordinary_cancellation() : std::runtime_error("cancelled") {}
};

/// SWL-1: CancelledError up to Python 3.7. A worker that goes on after each error is cancelled,
/// once, between any two of its jobs.
template <typename Cancellation>
void worker_that_survives_errors() {
  bool message = false, left = false;
  auto job = [&]() -> task<> {
    co_await checkpoint();
    if (std::exchange(message, false)) throw Cancellation();
  };
  auto worker = [&]() -> task<> {
    try {
      for (int count = 0; count != 4; ++count) {
        try {
          co_await job();
        } catch (const std::exception&) {
        }
      }
    } catch (const Cancellation&) {
      left = true;
    }
  };
  in_one_order([&](task_group& group) -> task<> {
    group.spawn(worker());
    co_await turns(heddle::choose(3));
    message = true;
  });
  require(left, "a handler of ordinary errors has eaten it");
}

HEDDLE_CHECK(swl_1_broken_an_ordinary_error) {
  worker_that_survives_errors<ordinary_cancellation>();
}
HEDDLE_CHECK(swl_1_cure_no_ordinary_error) { worker_that_survives_errors<cancelled>(); }

/// SWL-4: who has met a cancellation and returned is counted; who has not met it is not.
void counting_swallowers(bool asks_who_met_it) {
  int swallowed = 0;
  auto counted = [&](task_group& group, task<> work) -> task<> {
    co_await std::move(work);
    const bool met = (co_await heddle::detail::current_context{}).cancellation_met;
    if (asks_who_met_it ? met : group.cancel_called()) ++swallowed;
  };
  auto swallows = []() -> task<> {
    try {
      co_await sleep(1h);
    } catch (...) {
    }
  };
  auto cancels_all = [](task_group& group) -> task<> {
    co_await turns(2);
    group.cancel();
  };
  in_group([&](task_group& group) -> task<> {
    group.spawn(counted(group, swallows()));
    group.spawn(counted(group, cancels_all(group)));
    co_return;
  });
  require(swallowed == 1, "one that has met no cancellation is accused");
}

HEDDLE_CHECK(swl_4_broken_asks_for_the_request) { counting_swallowers(false); }
HEDDLE_CHECK(swl_4_cure_asks_who_met_it) { counting_swallowers(true); }

}  // namespace
}  // namespace contracts
