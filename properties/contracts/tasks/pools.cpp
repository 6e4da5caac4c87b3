// Pools: the same promises with two threads, under the C++20 memory model.
#include <heddle/async_mutex.hpp>
#include <heddle/channel.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/thread_pool.hpp>
#include <thread>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::thread_pool;

HEDDLE_CHECK(pools_run_on_two_threads) {
  thread_pool pool(2);
  int data = 0;
  const int value = pool.run([](int& data) -> task<int> {
    data = 1;
    co_await checkpoint();  // goes on on either thread
    require(data == 1, "its own writes come along");
    co_return ++data;
  }(data));
  require(value == 2 && data == 2, "and are seen by who waited");
}

/// A loop and a pool share a lock.
HEDDLE_CHECK(pools_lock_shared_with_a_loop) {
  thread_pool pool(1);
  event_loop loop;
  heddle::async_mutex mutex;
  int sum = 0;
  auto add = [&]() -> task<> {
    const auto guard = co_await mutex.lock();
    ++sum;
  };
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn_on(pool, add());
    co_await add();
  }));
  require(sum == 2, "one after the other");
}

HEDDLE_CHECK(pools_without_the_lock) {
  thread_pool pool(1);
  event_loop loop;
  int sum = 0;
  auto add = [&]() -> task<> {
    co_await checkpoint();
    ++sum;
  };
  loop.run(with_task_group([&](task_group& group) -> task<> {
    group.spawn_on(pool, add());
    co_await add();
  }));
}

/// A child fails on the pool while another one waits in the loop: it is cancelled by another
/// thread.
HEDDLE_CHECK(pools_error_cancels_across_threads) {
  thread_pool pool(1);
  event_loop loop;
  heddle::channel<int> nothing(1);
  try {
    loop.run(with_task_group([&](task_group& group) -> task<> {
      group.spawn_on(pool, []() -> task<> {
        throw failure();
        co_return;
      }());
      co_await nothing.receive();
      require(false, "nobody sends");
    }));
    require(false, "the error comes out");
  } catch (const heddle::exception_group& errors) {
    require(errors.size() == 1, "once");
  }
}

/// A value that is sent while the receiver is cancelled by a third: it arrives, or is still there.
HEDDLE_CHECK(pools_conservation_with_a_cancelled_receiver) {
  event_loop loop;
  heddle::channel<int> values(1);
  cancel_scope scope;
  int received = 0;
  std::thread sender([&] {
    int value = 1;
    require(values.try_send(value), "there is room");
  });
  std::thread canceller([&] { scope.cancel(); });
  loop.run(within(scope, [](heddle::channel<int>& values, int& received) -> task<> {
    const std::optional<int> value = co_await values.receive();
    if (value) ++received;
  }(values, received)));
  sender.join();
  canceller.join();
  require(received + static_cast<int>(values.size()) == 1, "not lost, not doubled");
  require(received == 1 || scope.caught(), "received, or cancelled");
}

/// A sleep on a pool is cancelled from outside while its timer may be firing on the pool's thread.
HEDDLE_CHECK(pools_timer_fires_while_cancelled) {
  thread_pool pool(1);
  cancel_scope scope;
  std::thread canceller([&] { scope.cancel(); });
  const bool complete = pool.run(scope.run([]() -> task<> { co_await heddle::sleep_for(1s); }()));
  require(complete != scope.caught(), "in time, or cancelled");
  canceller.join();
}

HEDDLE_CHECK(pools_deadline) {
  thread_pool pool(1);
  cancel_scope scope(steady::now() + 1s);
  const bool complete = pool.run(scope.run([]() -> task<> { co_await heddle::sleep_for(1h); }()));
  require(!complete && scope.caught(), "long before the sleep is over");
}

/// Two threads wake one waiter: it is granted once.
HEDDLE_CHECK(pools_two_permits_from_two_threads) {
  event_loop loop;
  heddle::channel<int> values(2);
  auto send = [&values] {
    int value = 1;
    require(values.try_send(value), "there is room");
  };
  std::thread first(send), second(send);
  int sum = 0;
  loop.run([](heddle::channel<int>& values, int& sum) -> task<> {
    for (int count = 0; count < 2; ++count) {
      const std::optional<int> value = co_await values.receive();
      sum += *value;
    }
  }(values, sum));
  first.join();
  second.join();
  require(sum == 2 && values.size() == 0, "each value once");
}

}  // namespace
}  // namespace contracts
