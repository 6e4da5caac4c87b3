// Promises, futures, tasks and threads that can be stopped, beyond properties/facilities: errors
// that travel, results for several, what is called once, twice or never. Each beside a sibling with
// one flaw.
#include <atomic>
#include <future>
#include <heddle/check.hpp>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <thread>

namespace {

struct refusal {
  int reason;
};

/// What was thrown in one thread is caught in another, and ends when nobody has it any more.
HEDDLE_CHECK(std_promise_of_an_exception) {
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread other([&] {
    try {
      throw refusal{42};
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  });
  int reason = 0;
  try {
    future.get();
  } catch (const refusal& caught) {
    reason = caught.reason;
  }
  other.join();
  heddle::require(reason == 42, "the exception has come over");
}

HEDDLE_CHECK(std_promise_of_an_exception_not_caught) {
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread other(
      [&] { promise.set_exception(std::make_exception_ptr(std::runtime_error("no value"))); });
  other.join();
  future.get();
}

/// The second of two gets an error, whoever it is.
HEDDLE_CHECK(std_promise_kept_by_one_of_two) {
  std::promise<int> promise;
  auto future = promise.get_future();
  std::atomic<int> refused{0};
  auto keep = [&](int value) {
    try {
      promise.set_value(value);
    } catch (const std::future_error&) {
      ++refused;
    }
  };
  std::thread other(keep, 1);
  keep(2);
  other.join();
  const int value = future.get();
  heddle::require(refused == 1 && (value == 1 || value == 2), "one of them is first");
}

HEDDLE_CHECK(std_promise_kept_twice) {
  std::promise<int> promise;
  auto future = promise.get_future();
  promise.set_value(1);
  promise.set_value(2);
}

HEDDLE_CHECK(std_promise_is_no_join) {
  std::promise<int> promise;
  auto future = promise.get_future();
  int late = 0;
  std::thread other([&] {
    promise.set_value(42);
    late = 1;
  });
  heddle::require(future.get() == 42 && late == 1, "the thread is done");
  other.join();
}

/// Who has the value may destroy the promise, before set_value has returned.
HEDDLE_CHECK(std_promise_gone_before_the_call_returns) {
  std::thread other;
  {
    std::promise<int> promise;
    auto future = promise.get_future();
    other = std::thread([&] { promise.set_value(42); });
    future.wait();
  }
  other.join();
}

HEDDLE_CHECK(std_shared_future_for_two) {
  std::promise<std::unique_ptr<int>> promise;
  std::shared_future<std::unique_ptr<int>> future = promise.get_future();
  std::thread reader([future] { heddle::require(*future.get() == 42); });
  promise.set_value(std::make_unique<int>(42));
  heddle::require(*future.get() == 42);
  reader.join();
}

/// shared_future::get hands out a reference to the one value.
HEDDLE_CHECK(std_shared_future_changed) {
  std::promise<int> promise;
  std::shared_future<int> future = promise.get_future();
  promise.set_value(42);
  auto change = [future] { ++const_cast<int&>(future.get()); };
  std::thread other(change);
  change();
  other.join();
}

/// Joined first: libstdc++ counts who has the exception where heddle does not see it (README).
HEDDLE_CHECK(std_packaged_task_throws) {
  std::packaged_task<int()> task([]() -> int { throw refusal{42}; });
  auto future = task.get_future();
  std::thread other(std::move(task));
  other.join();
  int reason = 0;
  try {
    future.get();
  } catch (const refusal& caught) {
    reason = caught.reason;
  }
  heddle::require(reason == 42, "the task's exception has come over");
}

HEDDLE_CHECK(std_packaged_task_never_called) {
  std::future<int> future;
  {
    std::packaged_task<int()> task([] { return 42; });
    future = task.get_future();
  }
  future.get();
}

HEDDLE_CHECK(std_packaged_task_again) {
  std::packaged_task<int(int)> task([](int n) { return 2 * n; });
  auto first = task.get_future();
  std::thread other([&] { task(1); });
  heddle::require(first.get() == 2);
  other.join();
  task.reset();
  auto second = task.get_future();
  task(2);
  heddle::require(second.get() == 4);
}

/// The future's destructor waits for the task.
HEDDLE_CHECK(std_async_is_waited_for) {
  int done = 0;
  (void)std::async(std::launch::async, [&] { done = 1; });
  heddle::require(done == 1, "the future has waited");
}

HEDDLE_CHECK(std_async_not_waited_for) {
  int done = 0;
  auto future = std::async(std::launch::async, [&] { done = 1; });
  heddle::require(done >= 0);
}

HEDDLE_CHECK(std_async_deferred) {
  const auto me = std::this_thread::get_id();
  auto future = std::async(std::launch::deferred, [] { return std::this_thread::get_id(); });
  heddle::require(future.get() == me, "it is called by who wants the result");
}

HEDDLE_CHECK(std_async_deferred_is_no_thread) {
  std::promise<void> promise;
  auto first = std::async(std::launch::deferred, [&] { promise.set_value(); });
  promise.get_future().wait();
}

/// Who destroys a callback waits until it has been called, if another is about to.
HEDDLE_CHECK(std_stop_callback_ends_in_time) {
  std::stop_source source;
  auto called = std::make_unique<int>(0);
  std::thread other([&] { source.request_stop(); });
  {
    std::stop_callback callback(source.get_token(), [&] { ++*called; });
  }
  called.reset();
  other.join();
}

HEDDLE_CHECK(std_stop_callback_outlives_its_object) {
  std::stop_source source;
  auto called = std::make_unique<int>(0);
  std::stop_callback callback(source.get_token(), [&] { ++*called; });
  std::thread other([&] { source.request_stop(); });
  called.reset();
  other.join();
}

HEDDLE_CHECK(std_jthread_joins_itself) {
  int done = 0;
  {
    std::jthread worker([&](std::stop_token) { done = 1; });
  }
  heddle::require(done == 1, "the destructor has joined");
}

HEDDLE_CHECK(std_jthread_never_asks) {
  std::jthread worker([](std::stop_token) {
    std::stop_source another;
    while (!another.stop_requested()) std::this_thread::yield();
  });
}

}  // namespace
