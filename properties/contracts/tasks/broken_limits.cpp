// TMO, SHD and CSC with one thing broken, beside the same without the mistake (`_cure_`). The
// contracts themselves: timeouts.cpp, scopes.cpp.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <heddle/async_event.hpp>
#include <heddle/shielded.hpp>
#include <heddle/timeouts.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::async_event;
using heddle::move_on_after;
using heddle::move_on_at;
using heddle::shielded;

/// TMO-3: wait_for before bpo-32751: half a second of limit, a second of cleanup, and who waits is
/// there after the half.
void limit_and_cleanup(bool waits) {
  cancel_scope scope;
  bool cleaned = false;
  auto slow = [&]() -> task<> {
    try {
      co_await sleep(1h);
    } catch (const cancelled&) {
    }
    co_await shielded(sleep(1s));
    cleaned = true;
  };
  in_one_order([&](task_group& background) -> task<> {
    const auto begin = steady::now();
    if (waits) {
      co_await move_on_after(500ms, slow());
    } else {
      background.spawn(within(scope, slow()));
      co_await sleep(500ms);
      scope.cancel();
    }
    require(cleaned && steady::now() - begin >= 1500ms, "the limit without the cleanup");
  });
}

HEDDLE_CHECK(tmo_3_broken_the_cleanup_goes_on_behind) { limit_and_cleanup(false); }
HEDDLE_CHECK(tmo_3_cure_waits_for_the_cleanup) { limit_and_cleanup(true); }

/// TMO-5: something is taken in the very tick in which the time is over.
void taken_in_the_last_tick(bool keeps_it) {
  const auto tick = steady::now() + 1s;
  int letters = 1, kept = 0;
  auto take = [&]() -> task<int> {
    co_await heddle::sleep_until(tick);
    --letters;
    co_return 1;
  };
  auto user = [&]() -> task<> {
    cancel_scope limit(tick);
    std::optional<int> value = co_await limit.run(take());
    if (!keeps_it && limit.cancel_called()) value.reset();
    kept = value.value_or(0);
  };
  in_every_order(user());
  require(letters + kept == 1, "taken, and thrown away");
}

HEDDLE_CHECK(tmo_5_broken_late_is_too_late) { taken_in_the_last_tick(false); }
HEDDLE_CHECK(tmo_5_cure_a_value_is_kept) { taken_in_the_last_tick(true); }

/// TMO-8: a limit of nothing, or less, that is taken for none.
void already_over(bool cancels_at_once) {
  const steady::duration limit = heddle::choose(2) != 0 ? 0s : -1s;
  cancel_scope scope;
  if (limit > 0s) {
    scope.set_deadline(steady::now() + limit);
  } else if (cancels_at_once) {
    scope.cancel();
  }
  event_loop loop;
  const auto begin = steady::now();
  loop.run(within(scope, sleep(1h)));
  require(steady::now() - begin < 1h, "a limit that is over is none");
}

HEDDLE_CHECK(tmo_8_broken_taken_for_no_limit) { already_over(false); }
HEDDLE_CHECK(tmo_8_cure_cancelled_at_once) { already_over(true); }

/// TMO-9: a shield that keeps requests away, and the deadline above it not.
void shielded_cleanup(bool from_deadlines_too) {
  bool cleaned = false;
  auto cleanup = [&]() -> task<> {
    co_await sleep(300ms);
    cleaned = true;
  };
  auto work = [&]() -> task<> {
    cancel_scope scope;
    scope.shield();
    if (!from_deadlines_too) scope.set_deadline(co_await heddle::current_deadline());
    co_await scope.run(cleanup());
  };
  event_loop loop;
  loop.run(move_on_after(100ms, work()));
  require(cleaned, "the limit goes through the shield");
}

HEDDLE_CHECK(tmo_9_broken_the_deadline_goes_through) { shielded_cleanup(false); }
HEDDLE_CHECK(tmo_9_cure_the_shield_delays) { shielded_cleanup(true); }

/// SHD-1: who leaves takes the work along, "because nobody wants it any more". The caller is
/// cancelled at any moment.
void caller_leaves(bool leaves_the_work_alone) {
  cancel_scope caller, inner;
  async_event ended;
  bool began = false, worked = false;
  auto work = [&]() -> task<> {
    began = true;
    co_await turns(2);
    worked = true;
  };
  auto run_and_tell = [&]() -> task<> {
    co_await inner.run(work());
    ended.set();
  };
  auto call = [&](task_group& owner) -> task<> {
    owner.spawn(run_and_tell());
    try {
      co_await ended.wait();
    } catch (const cancelled&) {
      if (!leaves_the_work_alone) inner.cancel();
      throw;
    }
  };
  in_group([&](task_group& owner) -> task<> {
    owner.spawn(within(caller, call(owner)));
    co_await cancel_sometime(caller, 4);
  });
  require(began && worked, "the work is cancelled with the caller");
}

HEDDLE_CHECK(shd_1_broken_takes_the_work_along) { caller_leaves(false); }
HEDDLE_CHECK(shd_1_cure_leaves_the_work_alone) { caller_leaves(true); }

/// SHD-2: the caller is told that the work has ended, and not how.
void error_of_shielded_work(bool passes_it_on) {
  async_event ended;
  std::exception_ptr error;
  bool told = false;
  auto run_and_tell = [&]() -> task<> {
    try {
      co_await fail();
    } catch (const failure&) {
      error = std::current_exception();
    }
    ended.set();
  };
  auto call = [&](task_group& owner) -> task<> {
    owner.spawn(run_and_tell());
    co_await ended.wait();
    if (passes_it_on && error) std::rethrow_exception(error);
  };
  in_group([&](task_group& owner) -> task<> {
    try {
      co_await call(owner);
    } catch (const failure&) {
      told = true;
    }
  });
  require(told, "an error comes out as success");
}

HEDDLE_CHECK(shd_2_broken_an_error_is_success) { error_of_shielded_work(false); }
HEDDLE_CHECK(shd_2_cure_the_error_comes_out) { error_of_shielded_work(true); }

/// SHD-5 (bpo-35125): who is to be told of the end stays on the list when it leaves. Cancelled at
/// any moment.
void caller_on_a_list(bool leaves_the_list) {
  std::vector<async_event*> to_be_told;
  cancel_scope caller;
  auto call = [&]() -> task<> {
    const auto told = std::make_unique<async_event>();
    to_be_told.push_back(told.get());
    try {
      co_await told->wait();
    } catch (const cancelled&) {
      if (leaves_the_list) std::erase(to_be_told, told.get());
      throw;
    }
  };
  in_one_order([&](task_group& owner) -> task<> {
    owner.spawn(within(caller, call()));
    owner.spawn(cancel_sometime(caller, 3));
    co_await turns(3);
    for (async_event* one : to_be_told) one->set();
  });
}

HEDDLE_CHECK(shd_5_broken_stays_on_the_list) { caller_on_a_list(false); }
HEDDLE_CHECK(shd_5_cure_leaves_the_list) { caller_on_a_list(true); }

/// CSC-4: who plans the time that it has left asks the innermost limit only.
void planning(bool asks_all_limits) {
  const auto now = steady::now();
  bool finished = false;
  auto work = [&]() -> task<> {
    auto deadline = now + 5s;
    if (asks_all_limits) deadline = co_await heddle::current_deadline();
    co_await heddle::sleep_until(deadline - 1s);
    finished = true;
  };
  auto inner = [&]() -> task<> { co_await move_on_at(now + 5s, work()); };
  event_loop loop;
  loop.run(move_on_at(now + 2s, inner()));
  require(finished, "an outer limit was earlier");
}

HEDDLE_CHECK(csc_4_broken_the_innermost_deadline) { planning(false); }
HEDDLE_CHECK(csc_4_cure_the_earliest_deadline) { planning(true); }

/// CSC-6: the token of an inner scope that knows its own cancellation only, for a function that
/// looks at nothing else.
void token_of_an_inner_scope(bool knows_both) {
  cancel_scope outer, inner;
  std::stop_source own;
  bool told = false;
  auto work = [&]() -> task<> {
    const std::stop_callback callback(knows_both ? inner.token() : own.get_token(),
                                      [&told] { told = true; });
    outer.cancel();
    co_await checkpoint();
  };
  auto in_both = [&]() -> task<> { co_await inner.run(work()); };
  event_loop loop;
  loop.run(within(outer, in_both()));
  require(told, "a cancellation from outside does not stop the token");
}

HEDDLE_CHECK(csc_6_broken_knows_its_own_only) { token_of_an_inner_scope(false); }
HEDDLE_CHECK(csc_6_cure_knows_both) { token_of_an_inner_scope(true); }

/// CSC-7: a loop falls asleep just when another thread cancels what it runs.
void cancelled_while_falling_asleep(bool under_the_lock) {
  std::mutex mutex;
  std::condition_variable woken;
  std::atomic<bool> is_cancelled{false};
  std::thread other([&] {
    {
      std::unique_lock lock(mutex, std::defer_lock);
      if (under_the_lock) lock.lock();
      is_cancelled = true;
    }
    woken.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    while (!is_cancelled) woken.wait(lock);
  }
  other.join();
}

HEDDLE_CHECK(csc_7_broken_cancelled_without_the_lock) { cancelled_while_falling_asleep(false); }
HEDDLE_CHECK(csc_7_cure_cancelled_under_the_lock) { cancelled_while_falling_asleep(true); }

/// CSC-9: a waiter hears from its scope and from the one outside, which two threads cancel.
void cancelled_by_both_scopes(bool told_once) {
  std::stop_source outer, inner;
  std::atomic<bool> waiting{true};
  std::atomic<int> woken{0};
  auto wake = [&] {
    if (told_once ? !waiting.exchange(false) : !waiting.load()) return;
    waiting = false;
    ++woken;
  };
  const std::stop_callback by_outer(outer.get_token(), wake), by_inner(inner.get_token(), wake);
  std::thread other([&] { inner.request_stop(); });
  outer.request_stop();
  other.join();
  require(woken == 1, "a waiter is woken twice");
}

HEDDLE_CHECK(csc_9_broken_told_twice) { cancelled_by_both_scopes(false); }
HEDDLE_CHECK(csc_9_cure_told_once) { cancelled_by_both_scopes(true); }

}  // namespace
}  // namespace contracts
