// Known bugs of timeouts, groups, shields and completion, each a small copy of the mistake. The
// cures are the task groups and timeouts themselves (groups.cpp, timeouts.cpp), or stand beside it.
#include <heddle/async_mutex.hpp>
#include <heddle/detail/wait_node.hpp>
#include <heddle/run_on.hpp>
#include <heddle/shielded.hpp>
#include <heddle/thread_pool.hpp>
#include <heddle/timeouts.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "properties/contracts/tasks/edge_cancellation.hpp"

namespace contracts {
namespace {

using heddle::async_event;

/// asyncio.wait_for of 3.8 to 3.11 (gh-86296): where the inner task has ended in the turn in which
/// the outer one is cancelled, the result is returned and the request forgotten.
HEDDLE_CHECK(m36_wait_for_swallows_the_cancellation) {
  edge_task outer;
  async_event result;
  bool went_on = false;
  auto wait_for = [&]() -> task<> {
    try {
      co_await wait_as(outer, result);
    } catch (const cancelled&) {
      if (!result.is_set()) throw;  // "it has a result, so return that"
    }
  };
  auto caller = [&]() -> task<> {
    co_await wait_for();
    co_await checkpoint();
    if (std::exchange(outer.requested, false)) throw cancelled{};
    went_on = true;
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(forgetting(caller()));
    co_await turns(2);
    result.set();
    outer.cancel();
  }));
  require(!went_on, "the cancellation is lost");
}

/// The same with a scope: the result is kept, and the cancellation is still there.
HEDDLE_CHECK(m36_cure_level) {
  cancel_scope outer;
  async_event result;
  bool went_on = false, has_result = false;
  auto caller = [&]() -> task<> {
    co_await heddle::fail_after(
        1h, [](async_event& result) -> task<> { co_await result.wait(); }(result));
    has_result = true;
    co_await checkpoint();
    went_on = true;
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(outer, caller()));
    co_await turns(3);
    result.set();
    outer.cancel();
  }));
  require(has_result && !went_on && outer.caught(), "both arrive");
}

/// asyncio.wait_for before bpo-32751: it returns before the inner task has ended.
HEDDLE_CHECK(m36_returns_before_the_inner_task_ends) {
  event_loop loop;
  loop.run(with_task_group([](task_group& group) -> task<> {
    auto state = std::make_shared<bool>(false);
    auto scope = std::make_shared<cancel_scope>();
    group.spawn([](std::shared_ptr<cancel_scope> scope, std::shared_ptr<bool> ended) -> task<> {
      co_await scope->run([](std::shared_ptr<bool> ended) -> task<> {
        try {
          co_await heddle::sleep_for(1h);
        } catch (const cancelled&) {
        }
        co_await heddle::shielded(turns(2));
        *ended = true;
      }(std::move(ended)));
    }(scope, state));
    co_await heddle::sleep_for(1s);
    scope->cancel();
    require(*state, "its cleanup is still running");
  }));
}

/// asyncio.TaskGroup before 3.13 (gh-116720): the inner group takes the parent's request for its
/// own.
HEDDLE_CHECK(m38_nested_group_swallows_the_parents) {
  edge_task me;
  async_event child_failed;
  bool went_on = false;
  auto inner_group = [&]() -> task<> {
    bool aborting = false;
    try {
      co_await wait_as(me, child_failed);
      aborting = true;
    } catch (const cancelled&) {
      aborting = child_failed.is_set();  // "we have cancelled ourselves because of the child"
      if (!aborting) throw;
    }
    throw failure();
  };
  auto outer = [&]() -> task<> {
    try {
      co_await inner_group();
    } catch (const failure&) {
    }
    co_await checkpoint();
    if (std::exchange(me.requested, false)) throw cancelled{};
    went_on = true;
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(forgetting(outer()));
    co_await turns(2);
    child_failed.set();
    me.cancel();
  }));
  require(!went_on, "code goes on in a group that is aborting");
}

/// gh-128550: a child that runs before it is registered aborts a group that does not know it.
void eager_child(bool registers_first) {
  cancel_scope child;
  std::vector<cancel_scope*> registered;
  event_loop loop;
  loop.run([](bool registers_first, cancel_scope& child,
              std::vector<cancel_scope*>& registered) -> task<> {
    async_event never;
    auto abort = [&registered] {
      for (cancel_scope* scope : registered) scope->cancel();
    };
    if (registers_first) registered.push_back(&child);
    auto eager = [&abort, &never]() -> task<> {
      abort();
      co_await never.wait();
    };
    co_await child.run(eager());  // runs at once, up to its first wait; and the group joins it
    if (!registers_first) registered.push_back(&child);
  }(registers_first, child, registered));
}

HEDDLE_CHECK(m40_started_before_it_is_registered) { eager_child(false); }
HEDDLE_CHECK(m40_cure_registered_first) { eager_child(true); }

/// gh-116048: what was accepted and is cancelled before its first step never runs; what it was to
/// close stays open. (tg_10 is the cure.)
HEDDLE_CHECK(m42_accepted_and_never_run) {
  int open = 0;
  event_loop loop;
  auto use = [](int& open) -> task<> {
    co_await checkpoint();
    --open;
  };
  loop.run([](auto& use, int& open) -> task<> {
    bool aborted = false;
    ++open;
    task<> accepted = use(open);
    aborted = true;  // the group aborts before the first step
    if (aborted) {
      accepted.discard();
    } else {
      co_await std::move(accepted);
    }
  }(use, open));
  require(open == 0, "it stays open");
}

/// redis-py issue 2666: the command is shielded instead of being made safe; who cancels it waits
/// for an answer that does not come.
HEDDLE_CHECK(m45_shield_as_a_fix) {
  heddle::async_mutex connection;
  async_event answer;
  cancel_scope caller;
  auto command = [&]() -> task<> {
    const auto guard = co_await connection.lock();
    co_await heddle::shielded(
        [](async_event& answer) -> task<> { co_await answer.wait(); }(answer));
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(caller, command()));
    co_await turns(2);
    caller.cancel();
    const auto guard = co_await connection.lock();  // the next command
  }));
}

/// The cure: no shield; a connection whose exchange was cut is not used again (schedulers.cpp).
HEDDLE_CHECK(m45_cure_not_shielded) {
  heddle::async_mutex connection;
  async_event answer;
  cancel_scope caller;
  auto command = [&]() -> task<> {
    const auto guard = co_await connection.lock();
    co_await answer.wait();
  };
  event_loop loop;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn(within(caller, command()));
    co_await turns(2);
    caller.cancel();
    const auto guard = co_await connection.lock();
  }));
}

/// web3.py issue 3872: the wait for a thread that takes a lock is cancelled; the thread takes it
/// later and nobody gives it back.
HEDDLE_CHECK(m57_a_thread_takes_it_later) {
  std::atomic<bool> locked{false};
  cancel_scope scope;
  std::thread executor([&] { locked = true; });
  event_loop loop;
  const bool waited = loop.run(scope.run([](cancel_scope& scope) -> task<> {
    scope.cancel();
    co_await checkpoint();
  }(scope)));
  if (waited) locked = false;
  executor.join();
  require(!locked, "nobody gives it back");
}

/// stdexec 36a92fd7, libunifex 5d3f7eb: the stop request and the last child both believe that they
/// complete the operation.
void stop_and_completion(bool one_decides) {
  std::atomic<bool> done{false};
  std::atomic<int> completions{0};
  auto complete = [&] {
    if (one_decides) {
      if (!done.exchange(true)) ++completions;
    } else if (!done.load()) {
      done.store(true);
      ++completions;
    }
  };
  std::stop_source source;
  const std::stop_callback callback(source.get_token(), complete);
  std::thread child(complete);
  source.request_stop();
  child.join();
  require(completions == 1, "exactly one completion");
}

HEDDLE_CHECK(m62_stop_and_the_last_child) { stop_and_completion(false); }
HEDDLE_CHECK(m62_cure_one_exchange_decides) { stop_and_completion(true); }

/// stdexec b4a598d6, libunifex 022b35a: the awaiter touches itself after it has been handed over;
/// the task may already have gone on, on the thread that wakes it.
class hasty_event {
 public:
  explicit hasty_event(bool careful) : careful_(careful) {}

  void set() {
    heddle::detail::wait_node* waiter = nullptr;
    {
      std::lock_guard guard(mutex_);
      set_ = true;
      waiter = heddle::detail::grant_first(waiters_);
    }
    if (waiter != nullptr) waiter->wake();
  }

  struct awaiter {
    hasty_event& event;
    bool suspended = false;
    heddle::detail::wait_node node;

    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) {
      const bool careful = event.careful_;
      std::unique_lock lock(event.mutex_);
      if (event.set_) return false;
      if (careful) suspended = true;
      node.arm_shielded(caller.promise().context(), caller);
      event.waiters_.push_back(node);
      lock.unlock();
      if (!careful) suspended = true;
      return true;
    }
    bool await_resume() const { return suspended; }
  };
  awaiter wait() { return awaiter{*this, false, {}}; }

 private:
  const bool careful_;
  std::mutex mutex_;
  bool set_ = false;
  heddle::detail::wait_queue waiters_;
};

void handed_over(bool careful) {
  hasty_event event(careful);
  bool suspended = false;
  heddle::thread_pool pool(2);
  std::thread other([&] { event.set(); });
  pool.run([](hasty_event& event, bool& suspended) -> task<> { suspended = co_await event.wait(); }(
                                                       event, suspended));
  other.join();
}

HEDDLE_CHECK(m72_touched_after_it_was_handed_over) { handed_over(false); }
HEDDLE_CHECK(m72_cure_handed_over_last) { handed_over(true); }

}  // namespace
}  // namespace contracts
