// Task handles: a child of a group, asked for its result and cancelled for itself.
#include <heddle/async_event.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/run_on.hpp>
#include <heddle/task_handle.hpp>
#include <heddle/thread_pool.hpp>
#include <optional>
#include <thread>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::spawn_with_result;
using heddle::task_handle;

task<int> after(std::size_t count, int value) {
  co_await turns(count);
  co_return value;
}

task<> forever() { co_await heddle::sleep_for(1h); }

HEDDLE_CHECK(th_1_kept_until_it_is_asked_for) {
  in_every_order([]() -> task<> {
    std::optional<task_handle<int>> handle;
    co_await with_task_group([&](task_group& group) -> task<> {
      handle = spawn_with_result(group, after(heddle::choose(2), 7));
      co_await turns(heddle::choose(3));
    });
    require(handle->done() && handle->end().has_value(), "it has ended with the group");
    const int value = co_await *handle;
    require(value == 7, "and its value is still there");
  }());
}

HEDDLE_CHECK(th_1_many_wait_and_one_takes) {
  in_group([](task_group& group) -> task<> {
    auto handle = spawn_with_result(group, after(1, 7));
    int told = 0;
    co_await with_task_group([&](task_group& inner) -> task<> {
      for (int count = 0; count < 2; ++count) {
        inner.spawn([](task_handle<int> handle, int& told) -> task<> {
          co_await handle.wait();
          require(handle.end().has_value(), "both see it");
          ++told;
        }(handle, told));
      }
      co_return;
    });
    const int value = co_await handle;
    require(told == 2 && value == 7, "waiting takes nothing");
  });
}

HEDDLE_CHECK(th_1_taken_twice) {
  in_group([](task_group& group) -> task<> {
    auto handle = spawn_with_result(group, after(0, 7));
    co_await handle;
    try {
      co_await handle;
    } catch (const std::logic_error&) {
      require(false, "a value is there once");
    }
  });
}

/// One of two is cancelled, at any moment: the other does not notice.
task<> one_of_two(bool all_of_them) {
  bool complete = false, met = false;
  co_await with_task_group([&](task_group& group) -> task<> {
    group.spawn([](bool& complete) -> task<> {
      co_await turns(1);
      complete = true;
    }(complete));
    auto handle = spawn_with_result(group, [](bool& met) -> task<int> {
      try {
        co_await turns(1);
      } catch (const cancelled&) {
        met = true;
        throw;
      }
      co_return 1;
    }(met));
    co_await turns(heddle::choose(3));
    const bool ended = handle.done();
    const bool first = all_of_them ? group.cancel() : handle.cancel();
    require(all_of_them || first != ended, "can_1: false of what has ended");
    require(all_of_them || !handle.cancel(), "once");
    if (all_of_them) co_return;
    co_await handle.wait();
    require(handle.end().is_cancelled() == met, "cancelled, or complete");
  });
  require(complete, "the other one is not disturbed");
}

HEDDLE_CHECK(th_2_cancels_this_child_only) { in_every_order(one_of_two(false)); }
HEDDLE_CHECK(th_2_cancels_the_group_instead) { in_every_order(one_of_two(true)); }

/// A child that is cancelled by its handle is no success, where the first success ends all.
HEDDLE_CHECK(th_2_is_no_success) {
  bool complete = false;
  in_group(
      [&](task_group& group) -> task<> {
        auto handle = spawn_with_result(group, forever());
        group.spawn([](bool& complete) -> task<> {
          co_await turns(2);
          complete = true;
        }(complete));
        handle.cancel();
        co_await handle.wait();
      },
      heddle::join_policy::any);
  require(complete, "the other one goes on");
}

/// Cancelled from another thread while the child ends on the pool.
HEDDLE_CHECK(th_2_cancelled_by_another_thread) {
  heddle::thread_pool pool(1);
  heddle::async_event released;
  bool cancelled_it = false;
  std::thread canceller;
  pool.run(with_task_group([&](task_group& group) -> task<> {
    auto handle = spawn_with_result(group, [](heddle::async_event& released) -> task<int> {
      co_await released.wait();
      co_return 3;
    }(released));
    canceller = std::thread([handle, &cancelled_it] { cancelled_it = handle.cancel(); });
    released.set();
    co_await handle.wait();
    require(handle.end().has_value() || handle.end().is_cancelled(), "one of the two");
    if (handle.end().has_value()) {
      const int value = co_await handle;
      require(value == 3, "all of it");
    }
  }));
  canceller.join();
}

/// Something that says when it is gone.
struct argument {
  explicit argument(int& alive) : alive(&alive) { ++alive; }
  argument(argument&& other) noexcept : alive(std::exchange(other.alive, nullptr)) {}
  ~argument() {
    if (alive != nullptr) --*alive;
  }
  int* alive;
};

task<> with_argument(argument) { co_await turns(1); }

HEDDLE_CHECK(th_3_nothing_is_left_of_the_child) {
  int alive = 0;
  in_group([&](task_group& group) -> task<> {
    auto handle = spawn_with_result(group, with_argument(argument(alive)));
    co_await handle.wait();
    require(alive == 0, "its arguments are gone");
  });
}

/// The child says itself that it has ended, while its frame is still there.
HEDDLE_CHECK(th_3_told_by_the_child_itself) {
  heddle::thread_pool pool(1);
  event_loop loop;
  int alive = 0;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    heddle::async_event ended;
    group.spawn_on(pool, [](argument, heddle::async_event& ended) -> task<> {
      ended.set();
      co_return;
    }(argument(alive), ended));
    co_await ended.wait();
    require(alive == 0, "its arguments are gone");
    co_await turns(1);
  }));
}

HEDDLE_CHECK(th_3_on_a_pool) {
  heddle::thread_pool pool(1);
  event_loop loop;
  int alive = 0;
  loop.run(with_task_group([&](task_group& group) -> task<> {
    auto handle = heddle::spawn_with_result_on(
        pool, group, [](argument) -> task<> { co_return; }(argument(alive)));
    co_await handle.wait();
    require(alive == 0, "its arguments are gone");
  }));
}

/// A child fails; another child waits for it, and so does the body: one error.
HEDDLE_CHECK(th_4_its_error_is_told_once) {
  try {
    in_group([](task_group& group) -> task<> {
      auto handle = spawn_with_result(group, fail());
      group.spawn([](task_handle<> handle) -> task<> { co_await handle; }(handle));
      co_await handle;
    });
    require(false, "it comes out");
  } catch (const heddle::exception_group& errors) {
    require(errors.size() == 1 && errors.subgroup<failure>(), "once");
  }
}

/// The same where who waits makes an error of its own of it.
HEDDLE_CHECK(th_4_told_by_who_waits_in_other_words) {
  try {
    in_group([](task_group& group) -> task<> {
      auto handle = spawn_with_result(group, fail());
      try {
        co_await handle;
      } catch (const failure& error) {
        throw failure(error);
      }
    });
  } catch (const heddle::exception_group& errors) {
    require(errors.size() == 1, "once");
  }
}

/// An error that only the handle has, and a handle that nobody asks.
HEDDLE_CHECK(th_4_an_error_that_the_group_does_not_have) {
  bool out = false;
  try {
    in_group([](task_group& group) -> task<> {
      std::optional<heddle::outcome<>> kept;
      co_await with_task_group([&](task_group& inner) -> task<> {
        inner.spawn(heddle::detail::store_outcome(kept, fail()));
        co_return;
      });
      (void)group;
    });
  } catch (const heddle::exception_group&) {
    out = true;
  }
  require(out, "an error is lost");
}

HEDDLE_CHECK(th_5_who_waits_is_not_cancelled) {
  in_group([](task_group& group) -> task<> {
    auto handle = spawn_with_result(group, forever());
    handle.cancel();
    bool told = false;
    try {
      co_await handle;
    } catch (const heddle::task_cancelled&) {
      told = true;
    }
    require(told, "the child was cancelled, and not who waits");
    co_await checkpoint();
  });
}

/// The child's cancellation is thrown at who waits, as if it were his.
HEDDLE_CHECK(th_5_whose_cancellation_is_it) {
  in_group([](task_group& group) -> task<> {
    auto handle = spawn_with_result(group, forever());
    handle.cancel();
    co_await handle.wait();
    heddle::outcome<>(handle.end()).get();
  });
}

/// Who waits is cancelled at any moment: the child completes.
HEDDLE_CHECK(th_6_who_waits_is_cancelled) {
  cancel_scope scope;
  bool complete = false;
  in_group([&](task_group& group) -> task<> {
    auto handle = spawn_with_result(group, [](bool& complete) -> task<int> {
      co_await turns(2);
      complete = true;
      co_return 4;
    }(complete));
    group.spawn(
        within(scope, [](task_handle<int> handle) -> task<> { co_await handle.wait(); }(handle)));
    group.spawn(cancel_sometime(scope, 3));
    const int value = co_await handle;
    require(value == 4, "the value");
  });
  require(complete, "the child is left alone");
}

/// Awaited instead of spawned: the cancellation of who waits is the work's.
HEDDLE_CHECK(th_6_awaited_in_place) {
  cancel_scope scope;
  bool complete = false;
  in_group([&](task_group& group) -> task<> {
    group.spawn(within(scope, [](bool& complete) -> task<> {
      co_await turns(2);
      complete = true;
    }(complete)));
    co_await cancel_sometime(scope, 2);
  });
  require(complete, "the work is left alone");
}

/// A child is refused by a group that has closed. `forgotten`: what spawn_with_result keeps in
/// mind.
void refused_by_a_closed_group(bool forgotten) {
  using kept_result = heddle::detail::kept_result<int>;
  int alive = 0;
  event_loop loop;
  loop.run([](int& alive, bool forgotten) -> task<> {
    heddle::detail::child_set set(true, false);
    heddle::detail::task_context& me = co_await heddle::detail::current_context{};
    set.enter(me);
    co_await set.join();
    auto kept =
        std::make_shared<kept_result>([](argument) -> task<int> { co_return 1; }(argument(alive)));
    task<> child = kept_result::keep(kept);
    const bool refused = !set.spawn(*me.where, child);
    child.discard();
    if (!forgotten) kept->discard();
    require(refused, "the group has closed");
    set.leave(me);
  }(alive, forgotten));
  require(alive == 0, "destroyed, and not reported");
}

HEDDLE_CHECK(th_7_refused_by_a_closed_group) { refused_by_a_closed_group(false); }
HEDDLE_CHECK(th_7_refused_and_forgotten) { refused_by_a_closed_group(true); }

}  // namespace
}  // namespace contracts
