// Tasks on the executors of Asio, with real threads. The contracts AX of the header.
#include <gtest/gtest.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>
#include <heddle/asio_executor.hpp>
#include <heddle/async_run.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/run_on.hpp>
#include <heddle/task_group.hpp>
#include <heddle/timeouts.hpp>
#include <random>
#include <thread>
#include <vector>

#include "primitives/asio_test_support.hpp"

namespace {

using namespace std::chrono_literals;
using heddle::cancelled;
using heddle::checkpoint;
using heddle::task;
using heddle::task_group;
using heddle::use_task;
using heddle::with_task_group;
using heddle_test::sleep_and_return;

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
