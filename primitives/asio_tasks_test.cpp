// Tasks on Asio, operations of Asio in tasks, and tasks as operations of Asio: real sockets and
// threads. The contracts AX, AS and AR of the headers.
#include <gtest/gtest.h>

#include <array>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/local/connect_pair.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>
#include <asio/write.hpp>
#include <functional>
#include <heddle/async_run.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/run_on.hpp>
#include <heddle/task_group.hpp>
#include <heddle/timeouts.hpp>
#include <heddle/use_task.hpp>
#include <optional>
#include <random>
#include <thread>

#include "primitives/manual_operation.hpp"

#ifdef ASIO_HAS_CO_AWAIT
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>
#endif

namespace {

using namespace std::chrono_literals;
using heddle::cancel_scope;
using heddle::cancelled;
using heddle::checkpoint;
using heddle::task;
using heddle::task_group;
using heddle::use_task;
using heddle::with_task_group;
using heddle_test::await_manually;
using heddle_test::manual_operation;
using unix_socket = asio::local::stream_protocol::socket;

task<int> sleep_and_return(std::chrono::milliseconds time, int value) {
  co_await heddle::sleep_for(time);
  co_return value;
}

struct connected {
  explicit connected(asio::io_context& context) : here(context), there(context) {
    asio::local::connect_pair(here, there);
  }
  unix_socket here, there;
};

task<char> read_one(unix_socket& from) {
  char byte = 0;
  co_await from.async_read_some(asio::buffer(&byte, 1), use_task);
  co_return byte;
}

task<> write_one(unix_socket& to, char byte) {
  co_await to.async_write_some(asio::buffer(&byte, 1), use_task);
}

TEST(AsioExecutor, RunsTasksAndTheirTimers) {
  asio::io_context context(1);
  std::vector<int> order;
  const auto begin = std::chrono::steady_clock::now();
  heddle::run(context, with_task_group([&](task_group& group) -> task<> {
                for (const int time : {60, 20, 40}) {
                  group.spawn([](auto begin, std::vector<int>& order, int time) -> task<> {
                    co_await heddle::sleep_until(begin + std::chrono::milliseconds(time));
                    order.push_back(time);
                  }(begin, order, time));
                }
                co_await checkpoint();
              }));
  EXPECT_EQ(order, (std::vector{20, 40, 60}));
  EXPECT_EQ(heddle::run(context, sleep_and_return(0ms, 7)), 7) << "a second time";
}

TEST(AsioExecutor, AContextHasNoWorkForTimersThatAreGone) {
  asio::io_context context(1);
  int value = 0;
  const auto begin = std::chrono::steady_clock::now();
  heddle::async_run(context.get_executor(), heddle::fail_after(1h, sleep_and_return(1ms, 3)),
                    [&](std::exception_ptr, int result) { value = result; });
  context.run();
  EXPECT_EQ(value, 3);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 30min);
}

TEST(AsioExecutor, StoppingTheContextCancelsTheTask) {
  asio::io_context context(1);
  bool cleaned_up = false;
  EXPECT_THROW(heddle::run(context,
                           [](asio::io_context& context, bool& cleaned_up) -> task<> {
                             struct cleanup {
                               bool& done;
                               ~cleanup() { done = true; }
                             } const guard{cleaned_up};
                             context.stop();
                             co_await heddle::sleep_for(1h);
                           }(context, cleaned_up)),
               cancelled);
  EXPECT_TRUE(cleaned_up && context.stopped());
}

TEST(AsioExecutor, AnExceptionOfAForeignHandlerComesOutWhenTheTaskHasEnded) {
  asio::io_context context(1);
  bool met = false;
  asio::post(context, [] { throw std::runtime_error("foreign"); });
  EXPECT_THROW(heddle::run(context,
                           [](bool& met) -> task<> {
                             try {
                               co_await heddle::sleep_for(1h);
                             } catch (const cancelled&) {
                               met = true;
                               throw;
                             }
                           }(met)),
               std::runtime_error);
  EXPECT_TRUE(met);
}

TEST(UseTask, OperationsHaveValuesAndErrors) {
  asio::io_context context(1);
  connected both(context);
  EXPECT_EQ(heddle::run(context,
                        [](connected& both) -> task<char> {
                          co_await write_one(both.there, 'x');
                          co_return co_await read_one(both.here);
                        }(both)),
            'x');
  both.there.close();
  EXPECT_THROW(heddle::run(context, read_one(both.here)), asio::system_error);
  const asio::error_code error =
      heddle::run(context, [](connected& both) -> task<asio::error_code> {
        asio::error_code error;
        char byte = 0;
        co_await both.here.async_read_some(asio::buffer(&byte, 1),
                                           asio::redirect_error(use_task, error));
        co_return error;
      }(both));
  EXPECT_EQ(error, asio::error::eof);
}

TEST(UseTask, ACancelledReadLosesNothing) {
  asio::io_context context(1);
  connected both(context);
  heddle::run(context, [](connected& both) -> task<> {
    const auto nothing = co_await heddle::move_on_after(5ms, read_one(both.here));
    EXPECT_FALSE(nothing.has_value());
    co_await write_one(both.there, 'y');
    EXPECT_EQ(co_await read_one(both.here), 'y') << "the cancelled read has taken it";
  }(both));
}

TEST(UseTask, AClosedSocketIsAnErrorAndNoCancellation) {
  asio::io_context context(1);
  connected both(context);
  heddle::run(context, with_task_group([&](task_group& group) -> task<> {
                group.spawn([](connected& both) -> task<> {
                  try {
                    co_await read_one(both.here);
                    ADD_FAILURE() << "there was nothing to read";
                  } catch (const asio::system_error& error) {
                    EXPECT_EQ(error.code(), asio::error::operation_aborted);
                  }
                }(both));
                co_await heddle::sleep_for(1ms);
                both.here.close();
              }));
}

TEST(UseTask, NothingIsBegunInACancelledScope) {
  asio::io_context context(1);
  manual_operation operation;
  cancel_scope scope;
  scope.cancel();
  const auto value = heddle::run(context, scope.run(await_manually(context, operation)));
  EXPECT_TRUE(!value && operation.begun == 0 && scope.caught());
}

/// What happens to an operation: cancelled first, completed first, or both in one turn.
std::pair<int, bool> race(bool cancelled_first, asio::error_code error) {
  asio::io_context context(1);
  manual_operation operation;
  cancel_scope scope;
  int value = 0;
  bool met_later = false;
  asio::steady_timer soon(context, 1ms);
  soon.async_wait([&](asio::error_code) {
    if (cancelled_first) {
      operation.on_emission = [&] { operation.complete(error, 5); };
      scope.cancel();
    } else {
      operation.complete(error, 5);
      scope.cancel();
    }
  });
  heddle::run(context, scope.run([](asio::io_context& context, manual_operation& operation,
                                    int& value, bool& met_later) -> task<> {
    value = co_await await_manually(context, operation);
    try {
      co_await heddle::cancellation_point();
    } catch (const cancelled&) {
      met_later = true;
      throw;
    }
  }(context, operation, value, met_later)));
  EXPECT_EQ(operation.emitted, cancelled_first ? 1 : 0) << "what has completed is left alone";
  EXPECT_TRUE(scope.caught());
  return {value, met_later};
}

TEST(UseTask, ALateCancellationIsMetAtTheNextCheckpoint) {
  EXPECT_EQ(race(false, {}), std::pair(5, true)) << "after it has completed";
  EXPECT_EQ(race(true, {}), std::pair(5, true)) << "it completes all the same";
  EXPECT_EQ(race(true, asio::error::operation_aborted), std::pair(0, false)) << "it is aborted";
}

TEST(UseTask, AnOperationThatKnowsNoCancellationIsWaitedFor) {
  asio::io_context context(1);
  manual_operation operation;
  cancel_scope scope;
  asio::steady_timer soon(context, 1ms), later(context);
  soon.async_wait([&](asio::error_code) { scope.cancel(); });
  operation.on_emission = [&] {
    later.expires_after(3ms);
    later.async_wait([&](asio::error_code) { operation.complete({}, 9); });
  };
  const auto value = heddle::run(context, scope.run(await_manually(context, operation)));
  EXPECT_EQ(value, 9) << "told, and waited for";
  EXPECT_EQ(operation.emitted, 1);
}

/// The context runs on a thread of its own; the task, and who cancels, elsewhere. Each byte that is
/// written is read once, however many reads are cancelled.
TEST(UseTask, ThousandCancellationsAcrossThreadsLoseNoByte) {
  asio::io_context context(1);
  auto work = asio::make_work_guard(context);
  std::thread runner([&] { context.run(); });
  connected both(context);
  std::minstd_rand random(1);
  int written = 0, read = 0;
  const auto read_the_rest = [&](int but) {
    for (; written - read > but; ++read) {
      EXPECT_EQ(heddle::run(heddle::move_on_after(10s, read_one(both.here))), 'z') << "it is lost";
    }
  };
  for (; written != 1000; ++written) {
    cancel_scope scope;
    const unsigned spin = random() % 40;
    std::thread canceller([&] {
      for (unsigned count = 0; count < spin; ++count) std::this_thread::yield();
      scope.cancel();
    });
    asio::post(context, [&] { asio::write(both.there, asio::buffer("z", 1)); });
    const auto byte = heddle::run(scope.run(read_one(both.here)));
    if (byte) ++read;
    canceller.join();
    read_the_rest(50);
  }
  read_the_rest(0);
  EXPECT_FALSE(heddle::run(heddle::move_on_after(1ms, read_one(both.here))).has_value());
  work.reset();
  runner.join();
}

TEST(AsyncRun, CompletesWithValuesAndErrors) {
  asio::thread_pool pool(2);
  std::vector<std::future<int>> values;
  for (int count = 0; count < 100; ++count) {
    values.push_back(
        heddle::async_run(pool.get_executor(), sleep_and_return(1ms, count), asio::use_future));
  }
  for (int count = 0; count < 100; ++count) EXPECT_EQ(values[count].get(), count);
  auto fails = []() -> task<> {
    co_await checkpoint();
    throw std::runtime_error("mine");
  };
  EXPECT_THROW(heddle::async_run(pool.get_executor(), fails(), asio::use_future).get(),
               std::runtime_error);
}

// [guide]
task<std::size_t> read_some(unix_socket& from, std::array<char, 16>& bytes) {
  co_return co_await from.async_read_some(asio::buffer(bytes), heddle::use_task);
}

// In a task: a time limit cancels what Asio does. Nothing if the time was over.
task<std::optional<std::size_t>> read_for_a_while(unix_socket& from, std::array<char, 16>& bytes) {
  co_return co_await heddle::move_on_after(20ms, read_some(from, bytes));
}

// Tasks on a context; and a task as an operation of Asio, with a slot, a handler or a future.
void both_ways(asio::io_context& context, unix_socket& from, std::array<char, 16>& bytes) {
  EXPECT_FALSE(heddle::run(context, read_for_a_while(from, bytes))) << "nobody has written";
  asio::cancellation_signal signal;
  std::exception_ptr end;
  heddle::async_run(context.get_executor(), read_some(from, bytes),
                    asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error,
                                                                    std::size_t) { end = error; }));
  asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
  context.restart();
  context.run();
  EXPECT_TRUE(end) << "cancelled";
}
// [end]

TEST(AsyncRun, TheGuidesProgram) {
  asio::io_context context(1);
  connected both(context);
  std::array<char, 16> bytes;
  both_ways(context, both.here, bytes);
}

TEST(AsyncRun, TheSlotCancelsTheScope) {
  asio::io_context context(1);
  asio::cancellation_signal signal;
  bool cleaned_up = false;
  int told = 0;
  auto work = [](bool& cleaned_up) -> task<int> {
    try {
      co_await heddle::sleep_for(1h);
    } catch (const cancelled&) {
      cleaned_up = true;
      throw;
    }
    co_return 1;
  };
  heddle::async_run(context.get_executor(), work(cleaned_up),
                    asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr end, int) {
                      EXPECT_TRUE(cleaned_up) << "it has ended by now";
                      EXPECT_TRUE(heddle::detail::is_aborted(end));
                      ++told;
                    }));
  asio::post(context, [&] {
    signal.emit(asio::cancellation_type::terminal);
    signal.emit(asio::cancellation_type::terminal);
  });
  context.run();
  EXPECT_EQ(told, 1);
  signal.emit(asio::cancellation_type::terminal);  // too late: of nothing
}

TEST(AsyncRun, CancelledThroughAnotherTask) {
  asio::io_context context(1);
  heddle::run(context, [](asio::io_context& context) -> task<> {
    const auto slept = co_await heddle::move_on_after(
        2ms, heddle::async_run(context.get_executor(), sleep_and_return(1h, 1), use_task));
    EXPECT_FALSE(slept.has_value());
    EXPECT_EQ(
        co_await heddle::async_run(context.get_executor(), sleep_and_return(1ms, 2), use_task), 2);
  }(context));
}

#ifdef ASIO_HAS_CO_AWAIT
TEST(AsyncRun, AwaitedByAsiosCoroutines) {
  asio::io_context context(1);
  auto value = asio::co_spawn(
      context,
      []() -> asio::awaitable<int> {
        const auto here = co_await asio::this_coro::executor;
        co_return co_await heddle::async_run(here, sleep_and_return(1ms, 11), asio::use_awaitable);
      }(),
      asio::use_future);
  context.run();
  EXPECT_EQ(value.get(), 11);
}
#endif

TEST(AsioExecutor, OneGroupOverSeveral) {
  asio::thread_pool pool(2);
  heddle::asio_executor on_the_pool(pool.get_executor());
  heddle::event_loop loop;
  const std::thread::id here = std::this_thread::get_id();
  auto where = []() -> task<std::thread::id> {
    co_await checkpoint();
    co_return std::this_thread::get_id();
  };
  loop.run([](heddle::asio_executor& pool, auto& where, std::thread::id here) -> task<> {
    EXPECT_NE(co_await heddle::run_on(pool, where()), here);
    EXPECT_EQ(co_await heddle::to_thread(pool, [] { return 4; }), 4);
    EXPECT_EQ(std::this_thread::get_id(), here);
    const auto slept =
        co_await heddle::move_on_after(2ms, heddle::run_on(pool, sleep_and_return(1h, 0)));
    EXPECT_FALSE(slept.has_value()) << "cancelled from another thread";
  }(on_the_pool, where, here));
}

/// Several threads run the strand on which tasks wait for operations that are cancelled in
/// mid-flight.
TEST(AsioExecutor, OnAStrandOfSeveralThreads) {
  asio::thread_pool pool(2);
  std::minstd_rand random(1);
  std::vector<std::future<bool>> ends;
  const auto strand = asio::make_strand(pool);
  auto wait = [](auto strand, std::chrono::microseconds time) -> task<> {
    asio::steady_timer timer(strand, time);
    co_await timer.async_wait(use_task);
  };
  for (int count = 0; count < 500; ++count) {
    const std::chrono::microseconds time(random() % 400), limit(random() % 400);
    ends.push_back(heddle::async_run(strand, heddle::move_on_after(limit, wait(strand, time)),
                                     asio::use_future));
  }
  int complete = 0;
  for (auto& end : ends) complete += end.get() ? 1 : 0;
  EXPECT_GT(complete, 0);
}

TEST(AsioExecutorDeathTest, ADroppedTaskIsReported) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        asio::io_context context(1);
        heddle::async_run(context.get_executor(), sleep_and_return(1ms, 0),
                          [](std::exception_ptr, int) {});
      },
      "an Asio context was destroyed with a task that was ready on it");
}

}  // namespace
