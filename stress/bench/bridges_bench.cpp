// What the bridges cost: calls from threads, handles of children, and Asio's executors, operations
// and sockets, each beside what one writes with Asio alone. Needs standalone Asio.
#include <benchmark/benchmark.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <future>
#include <heddle/async_event.hpp>
#include <heddle/async_run.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/from_thread.hpp>
#include <heddle/happy_eyeballs.hpp>
#include <heddle/task_group.hpp>
#include <heddle/task_handle.hpp>
#include <heddle/use_task.hpp>
#include <thread>

namespace {

using asio::ip::tcp;
using heddle::task;

constexpr int many = 1000;

task<int> one() { co_return 1; }
asio::awaitable<int> asios_one() { co_return 1; }

// A thread calls into a loop that another one runs, and waits for the answer.
void call_from_a_thread(benchmark::State& state) {
  std::promise<heddle::thread_portal> opened;
  heddle::async_event over;
  std::thread loop([&] {
    heddle::run(heddle::with_portal([&](heddle::thread_portal portal) -> task<> {
      opened.set_value(portal);
      co_await over.wait();
    }));
  });
  const heddle::thread_portal portal = opened.get_future().get();
  for (auto _ : state) benchmark::DoNotOptimize(from_thread(portal, [] { return 1; }));
  over.set();
  loop.join();
}
BENCHMARK(call_from_a_thread)->UseRealTime();

void call_from_a_thread_asio_future(benchmark::State& state) {
  asio::io_context context(1);
  auto guard = asio::make_work_guard(context);
  std::thread loop([&] { context.run(); });
  for (auto _ : state) {
    benchmark::DoNotOptimize(asio::co_spawn(context, asios_one(), asio::use_future).get());
  }
  guard.reset();
  loop.join();
}
BENCHMARK(call_from_a_thread_asio_future)->UseRealTime();

// A child whose result is awaited by its handle.
void child_with_a_handle(benchmark::State& state) {
  heddle::event_loop loop;
  for (auto _ : state) {
    loop.run(heddle::with_task_group([](heddle::task_group& group) -> task<> {
      for (int i = 0; i < many; ++i) {
        auto handle = heddle::spawn_with_result(group, one());
        benchmark::DoNotOptimize(co_await handle);
      }
    }));
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(child_with_a_handle);

// A coroutine that yields to the context again and again: asio_executor and use_task.
void posts_on_a_context(benchmark::State& state) {
  asio::io_context context(1);
  for (auto _ : state) {
    heddle::run(context, [](asio::io_context& context) -> task<> {
      for (int i = 0; i < many; ++i) co_await asio::post(context, heddle::use_task);
    }(context));
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(posts_on_a_context);

void posts_on_a_context_asio_awaitable(benchmark::State& state) {
  asio::io_context context(1);
  for (auto _ : state) {
    asio::co_spawn(
        context,
        [](asio::io_context& context) -> asio::awaitable<void> {
          for (int i = 0; i < many; ++i) co_await asio::post(context, asio::use_awaitable);
        }(context),
        asio::detached);
    context.run();
    context.restart();
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(posts_on_a_context_asio_awaitable);

// A task, begun as an operation of Asio: asio_executor and async_run.
void begun_on_a_context(benchmark::State& state) {
  asio::io_context context(1);
  for (auto _ : state) {
    heddle::async_run(context.get_executor(), one(), [](std::exception_ptr, int) {});
    context.run();
    context.restart();
  }
}
BENCHMARK(begun_on_a_context);

void begun_on_a_context_asio_awaitable(benchmark::State& state) {
  asio::io_context context(1);
  for (auto _ : state) {
    asio::co_spawn(context, asios_one(), [](std::exception_ptr, int) {});
    context.run();
    context.restart();
  }
}
BENCHMARK(begun_on_a_context_asio_awaitable);

// To a listening socket on this machine.
void connects(benchmark::State& state) {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  for (auto _ : state) {
    tcp::socket won = heddle::run(
        context,
        heddle::happy_eyeballs_connect(context.get_executor(), {acceptor.local_endpoint()}));
    acceptor.accept().close();
  }
}
BENCHMARK(connects)->UseRealTime();

void connects_asio_socket(benchmark::State& state) {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  for (auto _ : state) {
    tcp::socket socket(context);
    socket.async_connect(acceptor.local_endpoint(), [](asio::error_code) {});
    context.run();
    context.restart();
    acceptor.accept().close();
  }
}
BENCHMARK(connects_asio_socket)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
