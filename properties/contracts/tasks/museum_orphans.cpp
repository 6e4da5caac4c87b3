// Known bugs of tasks that nobody waits for: a future that says more than it knows, a frame that
// nobody holds, a task that is thrown away, a starter that is not told.
#include <coroutine>
#include <functional>
#include <heddle/shielded.hpp>
#include <heddle/timeouts.hpp>
#include <memory>
#include <thread>
#include <type_traits>

#include "properties/contracts/tasks/edge_cancellation.hpp"

namespace contracts {
namespace {

using heddle::async_event;

/// trio issues 2895 and 2544: start() runs a service under its caller until the service says that
/// it has started; after a cancellation of the caller that word does nothing, and the caller is
/// held for as long as the (shielded) service lives.
void start_a_service(bool always_hands_over) {
  event_loop loop;
  cancel_scope starter;
  steady::duration held{};
  auto serve = []() -> task<> {
    co_await heddle::shielded([]() -> task<> { co_await heddle::sleep_for(5s); }());
  };
  auto start = [&](task_group& target) -> task<> {
    co_await heddle::shielded(turns(3));
    if (always_hands_over || !starter.is_cancelled()) {
      target.spawn(serve());  // started(): the group has it
    } else {
      co_await serve();
    }
  };
  auto caller = [&](task_group& target) -> task<> {
    const auto begin = steady::now();
    co_await starter.run(start(target));
    held = steady::now() - begin;
  };
  loop.run(with_task_group([&](task_group& target) -> task<> {
    target.spawn(caller(target));
    co_await turns(2);
    starter.cancel();
  }));
  require(held < 1s, "the starter is held by what it has started");
}

HEDDLE_CHECK(m52_started_says_nothing_after_a_cancellation) { start_a_service(false); }
HEDDLE_CHECK(m52_cure_always_hands_over) { start_a_service(true); }

/// trio issue 1431: a group does not end while something is being started in it, and who starts it
/// waits for the group. Where the starter is one of the group's own, the two wait for each other.
void join_and_start(bool counts_as_a_child) {
  event_loop loop;
  async_event group_ended, said_started;
  int being_started = 0;
  loop.run(with_task_group([&](task_group& outside) -> task<> {
    outside.spawn([](async_event& said, async_event& ended, int& count, bool child) -> task<> {
      ++count;
      co_await turns(2);
      if (!child) co_await ended.wait();  // a crashed neighbour is joined first
      --count;
      said.set();
    }(said_started, group_ended, being_started, counts_as_a_child));
    co_await turns(1);
    if (being_started != 0) co_await said_started.wait();
    group_ended.set();
  }));
}

HEDDLE_CHECK(m52_group_and_starter_wait_for_each_other) { join_and_start(false); }
HEDDLE_CHECK(m52_cure_what_is_started_is_waited_for_alone) { join_and_start(true); }

/// gh-105836: another thread cancels what it has submitted to a loop. Its future is cancelled at
/// once, while the task is still cleaning up.
void cancelled_from_a_thread(bool waits_for_the_end) {
  int shared = 0;
  cancel_scope submitted;
  std::thread loop_thread([&] {
    event_loop loop;
    loop.run(within(submitted, [](int& shared) -> task<> {
      try {
        co_await heddle::sleep_for(1h);
      } catch (...) {
        shared = 1;  // cleanup
        throw;
      }
    }(shared)));
  });
  submitted.cancel();
  if (waits_for_the_end) loop_thread.join();
  shared = 2;  // "it is cancelled": what it used is ours
  if (!waits_for_the_end) loop_thread.join();
  require(shared == 2, "its cleanup comes before");
}

HEDDLE_CHECK(m58_cancelled_means_requested_only) { cancelled_from_a_thread(false); }
HEDDLE_CHECK(m58_cure_cancelled_means_ended) { cancelled_from_a_thread(true); }

/// A coroutine whose frame is owned by an object like any other: who lets go of the object destroys
/// the frame, wherever it is.
struct owned_frame {
  struct promise_type {
    owned_frame get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
  owned_frame(std::coroutine_handle<> frame) : frame(frame) {}
  owned_frame(owned_frame&& other) noexcept : frame(std::exchange(other.frame, nullptr)) {}
  ~owned_frame() {
    if (frame) frame.destroy();
  }
  std::coroutine_handle<> frame;
};

struct waits_here {
  std::coroutine_handle<>& place;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) noexcept { place = caller; }
  void await_resume() const noexcept {}
};

// noinline: clang would see that the frame need not be on the heap.
[[gnu::noinline]] owned_frame connect(std::coroutine_handle<>& waiting, int& closed) {
  co_await waits_here{waiting};
  ++closed;
}

/// gh-88831, gh-91887: nobody keeps the task that was started; it is collected in the middle, and
/// what wakes it finds nothing ("Task was destroyed but it is pending!").
HEDDLE_CHECK(m59_collected_while_it_waits) {
  std::coroutine_handle<> waiting;
  int closed = 0;
  {
    const owned_frame forgotten = connect(waiting, closed);
  }
  waiting.resume();
}

HEDDLE_CHECK(m59_cure_somebody_keeps_it) {
  std::coroutine_handle<> waiting;
  int closed = 0;
  {
    const owned_frame kept = connect(waiting, closed);
    waiting.resume();
  }
  require(closed == 1, "it has ended");
}

/// The same with a group, which is what keeps it: in every order it has ended with the group.
HEDDLE_CHECK(m59_cure_a_group_keeps_it) {
  async_event ready;
  int closed = 0;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn([](async_event& ready, int& closed) -> task<> {
      co_await ready.wait();
      ++closed;
    }(ready, closed));
    co_await turns(heddle::choose(2));
    ready.set();
  }));
  require(closed == 1, "it has ended");
}

/// Python's iscoroutinefunction: who is to be called back is asked what it is, not what it returns.
/// A function is; functools.partial of one, or an object with a call operator, was not.
template <bool AsksTheResult, typename Callback>
task<> call_back(Callback callback) {
  constexpr bool is_coroutine = AsksTheResult
                                    ? std::is_same_v<std::invoke_result_t<Callback&>, task<>>
                                    : std::is_same_v<std::decay_t<Callback>, task<> (*)()>;
  if constexpr (is_coroutine) {
    co_await callback();
  } else {
    static_cast<void>(callback());
  }
}

task<> add(int& sum, int summand) {
  co_await checkpoint();
  sum += summand;
}

template <bool AsksTheResult>
void partial_as_callback() {
  int sum = 0;
  event_loop loop;
  loop.run(call_back<AsksTheResult>(std::bind_front(add, std::ref(sum), 7)));
  require(sum == 7, "it was called and has run");
}

HEDDLE_CHECK(m60_asks_what_the_callback_is) { partial_as_callback<false>(); }
HEDDLE_CHECK(m60_cure_asks_what_it_returns) { partial_as_callback<true>(); }

}  // namespace
}  // namespace contracts
