// Tasks as operations of Asio, with real sockets and threads. The contracts AR of the header.
#include <gtest/gtest.h>

#include <array>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>
#include <heddle/async_run.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/timeouts.hpp>
#include <heddle/use_task.hpp>
#include <optional>
#include <vector>

#include "primitives/asio_test_support.hpp"

#ifdef ASIO_HAS_CO_AWAIT
#include <asio/co_spawn.hpp>
#include <asio/use_awaitable.hpp>
#endif

namespace {

using namespace std::chrono_literals;
using heddle::cancelled;
using heddle::checkpoint;
using heddle::task;
using heddle::use_task;
using heddle_test::connected;
using heddle_test::sleep_and_return;
using heddle_test::unix_socket;

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

}  // namespace
