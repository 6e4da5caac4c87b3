// What tasks cost, beside what their users would take instead. Each line is per task, per switch,
// per lock; see docs/performance.md for the table.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdint>
#include <deque>
#include <future>
#include <heddle/async_mutex.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/task_group.hpp>
#include <heddle/thread_pool.hpp>
#include <mutex>
#include <thread>

#if __has_include(<asio.hpp>)
#include <asio.hpp>
#endif

namespace {

using namespace std::chrono_literals;
using heddle::task;
using heddle::task_group;
using heddle::with_task_group;

constexpr int many = 10'000;

task<> nothing() { co_return; }

void spawn_and_join(benchmark::State& state) {
  heddle::event_loop loop;
  for (auto _ : state) {
    loop.run(with_task_group([](task_group& group) -> task<> {
      for (int count = 0; count < many; ++count) group.spawn(nothing());
      co_return;
    }));
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(spawn_and_join);

void spawn_and_join_on_a_pool(benchmark::State& state) {
  heddle::thread_pool pool(2);
  for (auto _ : state) {
    pool.run(with_task_group([](task_group& group) -> task<> {
      for (int count = 0; count < many; ++count) group.spawn(nothing());
      co_return;
    }));
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(spawn_and_join_on_a_pool)->UseRealTime();

void peer_std_thread(benchmark::State& state) {
  for (auto _ : state) std::thread([] {}).join();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(peer_std_thread)->UseRealTime();

void peer_std_async(benchmark::State& state) {
  for (auto _ : state) std::async(std::launch::async, [] {}).get();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(peer_std_async)->UseRealTime();

task<> switches(int count) {
  for (; count != 0; --count) co_await heddle::checkpoint();
}

void switch_between_two(benchmark::State& state) {
  heddle::event_loop loop;
  for (auto _ : state) {
    loop.run(with_task_group([](task_group& group) -> task<> {
      group.spawn(switches(many / 2));
      group.spawn(switches(many / 2));
      co_return;
    }));
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(switch_between_two);

task<int> one() { co_return 1; }

void await_a_task(benchmark::State& state) {
  heddle::event_loop loop;
  for (auto _ : state) {
    benchmark::DoNotOptimize(loop.run([]() -> task<int> {
      int sum = 0;
      for (int count = 0; count < 1000; ++count) sum += co_await one();
      co_return sum;
    }()));
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(await_a_task);

task<> lock_often(heddle::async_mutex& mutex, int count) {
  for (; count != 0; --count) const auto guard = co_await mutex.lock();
}

void lock_uncontended(benchmark::State& state) {
  heddle::event_loop loop;
  heddle::async_mutex mutex;
  for (auto _ : state) loop.run(lock_often(mutex, many));
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(lock_uncontended);

void peer_std_mutex(benchmark::State& state) {
  std::mutex mutex;
  for (auto _ : state) {
    for (int count = 0; count < many; ++count) {
      const std::lock_guard guard(mutex);
      benchmark::ClobberMemory();
    }
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(peer_std_mutex);

task<> hold_and_switch(heddle::async_mutex& mutex, int count) {
  for (; count != 0; --count) {
    const auto guard = co_await mutex.lock();
    co_await heddle::checkpoint();
  }
}

void lock_contended(benchmark::State& state) {
  heddle::event_loop loop;
  for (auto _ : state) {
    loop.run(with_task_group([](task_group& group) -> task<> {
      heddle::async_mutex mutex;
      co_await with_task_group([&mutex](task_group& inner) -> task<> {
        for (int user = 0; user < 4; ++user) inner.spawn(hold_and_switch(mutex, many / 4));
        co_return;
      });
      (void)group;
    }));
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(lock_contended);

task<> sleep_long() { co_await heddle::sleep_for(1h); }

/// From the call of cancel() to the end of the group; the memory is what the sleeping tasks take.
void cancel_ten_thousand(benchmark::State& state) {
  heddle::event_loop loop;
  double bytes = 0;
  for (auto _ : state) {
    std::chrono::steady_clock::time_point begin;
    const auto before = mallinfo2().uordblks;
    loop.run(with_task_group([&](task_group& group) -> task<> {
      for (int count = 0; count < many; ++count) group.spawn(sleep_long());
      co_await heddle::checkpoint();
      bytes = static_cast<double>(mallinfo2().uordblks - before) / many;
      begin = std::chrono::steady_clock::now();
      group.cancel();
    }));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(took.count());
  }
  state.SetItemsProcessed(state.iterations() * many);
  state.counters["bytes_per_task"] = bytes;
}
BENCHMARK(cancel_ten_thousand)->UseManualTime();

/// A timer is added to and removed from a million that are pending.
void timer_among_a_million(benchmark::State& state) {
  struct quiet final : heddle::detail::timer {
    explicit quiet(time_point when) : timer(when, [](timer&) noexcept {}) {}
  };
  heddle::event_loop loop;
  const auto now = std::chrono::steady_clock::now();
  std::deque<quiet> pending;
  std::uint64_t random = 1;
  auto later = [&] {
    random = random * 6364136223846793005u + 1442695040888963407u;
    return now + 1h + std::chrono::nanoseconds(random >> 24);
  };
  for (int count = 0; count < 1'000'000; ++count) loop.add_timer(pending.emplace_back(later()));
  for (auto _ : state) {
    quiet one(later());
    loop.add_timer(one);
    loop.remove_timer(one);
  }
  for (quiet& timer : pending) loop.remove_timer(timer);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(timer_among_a_million);

#ifdef ASIO_HAS_CO_AWAIT
void peer_asio_spawn_and_join(benchmark::State& state) {
  for (auto _ : state) {
    asio::io_context context(1);
    for (int count = 0; count < many; ++count) {
      asio::co_spawn(context, []() -> asio::awaitable<void> { co_return; }(), asio::detached);
    }
    context.run();
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(peer_asio_spawn_and_join);

void peer_asio_switch_between_two(benchmark::State& state) {
  for (auto _ : state) {
    asio::io_context context(1);
    for (int task = 0; task < 2; ++task) {
      asio::co_spawn(
          context,
          []() -> asio::awaitable<void> {
            for (int count = 0; count < many / 2; ++count) co_await asio::post(asio::use_awaitable);
          }(),
          asio::detached);
    }
    context.run();
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(peer_asio_switch_between_two);

void peer_asio_await(benchmark::State& state) {
  for (auto _ : state) {
    asio::io_context context(1);
    asio::co_spawn(
        context,
        []() -> asio::awaitable<void> {
          auto one = []() -> asio::awaitable<int> { co_return 1; };
          int sum = 0;
          for (int count = 0; count < 1000; ++count) sum += co_await one();
          benchmark::DoNotOptimize(sum);
        }(),
        asio::detached);
    context.run();
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(peer_asio_await);
#endif

}  // namespace
BENCHMARK_MAIN();
