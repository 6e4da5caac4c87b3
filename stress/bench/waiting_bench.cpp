// Tasks that wait for one another, and ways to put tasks together: what one operation costs on one
// event loop. The peers do the same between threads or without any waiting, which is what a user
// would otherwise write. Compiled like a user's program; see docs/performance.md.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <functional>
#include <heddle/async_condition_variable.hpp>
#include <heddle/async_event.hpp>
#include <heddle/async_semaphore.hpp>
#include <heddle/cancel_scope.hpp>
#include <heddle/capacity_limiter.hpp>
#include <heddle/channel.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/job_scheduler.hpp>
#include <heddle/outcome.hpp>
#include <heddle/resource_pool.hpp>
#include <heddle/run_on.hpp>
#include <heddle/shielded.hpp>
#include <heddle/staggered_race.hpp>
#include <heddle/supervisor.hpp>
#include <heddle/task_group.hpp>
#include <heddle/thread_pool.hpp>
#include <heddle/timeouts.hpp>
#include <heddle/when_all.hpp>
#include <heddle/when_any.hpp>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

#if __has_include(<readerwriterqueue/readerwriterqueue.h>)
#include <readerwriterqueue/readerwriterqueue.h>
#define HEDDLE_BENCH_READERWRITERQUEUE
#endif

namespace {

using namespace std::chrono_literals;
using heddle::task;
using heddle::task_group;
using heddle::with_task_group;

constexpr int many = 1000;

/// Runs `body(count)`, a task that does something `count` times, once for each iteration.
template <typename Body>
void run(benchmark::State& state, Body body) {
  heddle::event_loop loop;
  for (auto _ : state) loop.run(body(many));
  state.SetItemsProcessed(state.iterations() * many);
}

task<> nothing() { co_return; }
task<int> one() { co_return 1; }

void semaphore(benchmark::State& state) {
  heddle::async_semaphore permits(1);
  run(state, [&permits](int count) -> task<> {
    for (; count != 0; --count) const auto permit = co_await permits.acquire();
  });
}
BENCHMARK(semaphore);

void limiter(benchmark::State& state) {
  heddle::capacity_limiter tokens(1);
  run(state, [&tokens](int count) -> task<> {
    for (; count != 0; --count) const auto token = co_await tokens.acquire();
  });
}
BENCHMARK(limiter);

void peer_std_semaphore(benchmark::State& state) {
  std::counting_semaphore<> permits(1);
  for (auto _ : state) {
    permits.acquire();
    permits.release();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(peer_std_semaphore);

void event_that_is_set(benchmark::State& state) {
  heddle::async_event event;
  event.set();
  run(state, [&event](int count) -> task<> {
    for (; count != 0; --count) co_await event.wait();
  });
}
BENCHMARK(event_that_is_set);

/// One task sets it, another waits.
void event_hand_over(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    for (; count != 0; --count) {
      heddle::async_event event;
      co_await with_task_group([&event](task_group& group) -> task<> {
        group.spawn([](heddle::async_event& event) -> task<> { co_await event.wait(); }(event));
        co_await heddle::checkpoint();
        event.set();
      });
    }
  });
}
BENCHMARK(event_hand_over);

task<> ping(heddle::async_mutex& mutex, heddle::async_condition_variable& changed, int& turn,
            int me, int count) {
  auto guard = co_await mutex.lock();
  for (; count != 0; --count) {
    co_await changed.wait(guard, [&turn, me] { return turn == me; });
    turn = 1 - me;
    changed.notify_one();
  }
}

/// Two tasks in turns; for each turn one is woken.
void condition_variable_turns(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    heddle::async_mutex mutex;
    heddle::async_condition_variable changed;
    int turn = 0;
    co_await with_task_group([&](task_group& group) -> task<> {
      group.spawn(ping(mutex, changed, turn, 0, count / 2));
      group.spawn(ping(mutex, changed, turn, 1, count / 2));
      co_return;
    });
  });
}
BENCHMARK(condition_variable_turns);

void peer_std_condition_variable_turns(benchmark::State& state) {
  for (auto _ : state) {
    std::mutex mutex;
    std::condition_variable changed;
    int turn = 0;
    auto take_turns = [&](int me) {
      std::unique_lock lock(mutex);
      for (int count = many / 2; count != 0; --count) {
        changed.wait(lock, [&turn, me] { return turn == me; });
        turn = 1 - me;
        changed.notify_one();
      }
    };
    std::thread other(take_turns, 1);
    take_turns(0);
    other.join();
  }
  state.SetItemsProcessed(state.iterations() * many);
}
BENCHMARK(peer_std_condition_variable_turns)->UseRealTime();

/// A sender and a receiver; the argument is how many values there is room for.
void channel_of_ints(benchmark::State& state) {
  const auto room = static_cast<std::size_t>(state.range(0));
  run(state, [room](int count) -> task<> {
    heddle::channel<int> values(room);
    co_await with_task_group([&values, count](task_group& group) -> task<> {
      group.spawn([](heddle::channel<int>& into, int count) -> task<> {
        for (; count != 0; --count) co_await into.send(count);
        into.close();
      }(values, count));
      for (;;) {
        const auto value = co_await values.receive();
        if (!value) break;
        benchmark::DoNotOptimize(*value);
      }
    });
  });
}
BENCHMARK(channel_of_ints)->Arg(0)->Arg(1)->Arg(64);

#ifdef HEDDLE_BENCH_READERWRITERQUEUE
/// No waiting at all: by one thread, in and out.
void peer_reader_writer_queue(benchmark::State& state) {
  moodycamel::ReaderWriterQueue<int> values(64);
  int value = 0;
  for (auto _ : state) {
    values.enqueue(1);
    values.try_dequeue(value);
    benchmark::DoNotOptimize(value);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(peer_reader_writer_queue);
#endif

void pool_lease(benchmark::State& state) {
  heddle::resource_pool<int> pool(
      4, []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(1); });
  run(state, [&pool](int count) -> task<> {
    for (; count != 0; --count) const auto lease = co_await pool.acquire();
  });
}
BENCHMARK(pool_lease);

void scheduled_jobs(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    co_await heddle::with_job_scheduler({4, 16}, [count](heddle::job_scheduler& jobs) -> task<> {
      for (int left = count; left != 0; --left) co_await jobs.spawn(nothing());
      co_await jobs.wait_until_idle();
    });
  });
}
BENCHMARK(scheduled_jobs);

void all_of_two(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    for (; count != 0; --count) {
      benchmark::DoNotOptimize(co_await heddle::when_all(one(), one()));
    }
  });
}
BENCHMARK(all_of_two);

task<int> never() {
  co_await heddle::sleep_for(1h);
  co_return 0;
}

/// The other is cancelled and waited for.
void any_of_two(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    for (; count != 0; --count) {
      std::vector<task<int>> work;
      work.push_back(one());
      work.push_back(never());
      const auto first = co_await heddle::when_any(std::move(work));
      benchmark::DoNotOptimize(first.value);
    }
  });
}
BENCHMARK(any_of_two);

void race_that_the_first_wins(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    for (; count != 0; --count) {
      std::vector<std::function<task<int>()>> attempts(2, one);
      const auto first = co_await heddle::staggered_race(std::move(attempts), 1h);
      benchmark::DoNotOptimize(first.value);
    }
  });
}
BENCHMARK(race_that_the_first_wins);

void with_a_limit(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    for (; count != 0; --count) benchmark::DoNotOptimize(co_await heddle::fail_after(1h, one()));
  });
}
BENCHMARK(with_a_limit);

void in_a_scope(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    for (; count != 0; --count) {
      heddle::cancel_scope scope;
      benchmark::DoNotOptimize(co_await scope.run(one()));
    }
  });
}
BENCHMARK(in_a_scope);

void with_a_shield(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    for (; count != 0; --count) benchmark::DoNotOptimize(co_await heddle::shielded(one()));
  });
}
BENCHMARK(with_a_shield);

void supervised_error(benchmark::State& state) {
  run(state, [](int count) -> task<> {
    int handled = 0;
    co_await heddle::with_supervisor([&handled](const std::exception_ptr&) { ++handled; },
                                     [count](task_group& group) -> task<> {
                                       for (int left = count; left != 0; --left) {
                                         group.spawn([]() -> task<> {
                                           throw std::runtime_error("error");
                                           co_return;
                                         }());
                                       }
                                       co_await heddle::checkpoint();
                                     });
    benchmark::DoNotOptimize(handled);
  });
}
BENCHMARK(supervised_error);

/// Another executor's thread does the work; this one sleeps meanwhile.
void run_elsewhere(benchmark::State& state) {
  heddle::thread_pool pool(1);
  heddle::event_loop loop;
  for (auto _ : state) benchmark::DoNotOptimize(loop.run(heddle::run_on(pool, one())));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(run_elsewhere)->UseRealTime();

void outcome_made_and_taken(benchmark::State& state) {
  for (auto _ : state) {
    heddle::outcome<int> end(1);
    benchmark::DoNotOptimize(end);
    benchmark::DoNotOptimize(std::move(end).get());
  }
}
BENCHMARK(outcome_made_and_taken);

void split_errors(benchmark::State& state) {
  const heddle::exception_group errors("errors",
                                       {std::make_exception_ptr(std::runtime_error("one")),
                                        std::make_exception_ptr(std::logic_error("other"))});
  for (auto _ : state) benchmark::DoNotOptimize(errors.split<std::logic_error>());
}
BENCHMARK(split_errors);

}  // namespace

BENCHMARK_MAIN();
