// Operations of Asio awaited in tasks, with real sockets and threads. The contracts AS of the
// header.
#include <gtest/gtest.h>

#include <asio/buffer.hpp>
#include <asio/dispatch.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <heddle/asio_executor.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/task_group.hpp>
#include <heddle/timeouts.hpp>
#include <heddle/use_task.hpp>
#include <random>
#include <thread>
#include <utility>

#include "primitives/asio_test_support.hpp"
#include "primitives/manual_operation.hpp"

namespace {

using namespace std::chrono_literals;
using heddle::cancel_scope;
using heddle::cancelled;
using heddle::task;
using heddle::task_group;
using heddle::use_task;
using heddle::with_task_group;
using heddle_test::await_manually;
using heddle_test::connected;
using heddle_test::manual_operation;
using heddle_test::read_one;
using heddle_test::write_one;

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

TEST(UseTask, AnOperationMayCompleteWhileItIsBegun) {
  asio::io_context context(1);
  int turns = 0;
  heddle::run(context, [](asio::io_context& context, int& turns) -> task<> {
    for (; turns != 3; ++turns) co_await asio::dispatch(context, use_task);
  }(context, turns));
  EXPECT_EQ(turns, 3);
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

}  // namespace
