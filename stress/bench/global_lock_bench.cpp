// The global lock beside what it could be: std::mutex, absl::Mutex, and CPython's own lock.
//
//   uncontended   take and give up, by a thread that is alone
//   contended     the same by several threads, with little work inside
//   hand_over     from one thread's giving up to the having of another that sleeps in the queue
//
// To compare, run the pairs interleaved:
//   global_lock_bench --benchmark_enable_random_interleaving=true --benchmark_repetitions=9
#ifdef HEDDLE_BENCH_PYTHON
#include "embedded_python.hpp"  // first: Python.h asks for it
#endif

#include <benchmark/benchmark.h>

#include <atomic>
#include <chrono>
#include <heddle/global_lock.hpp>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stop_token>
#include <thread>
#ifdef HEDDLE_BENCH_ABSL
#include <absl/synchronization/mutex.h>
#endif

namespace {

// Each lock: a process-wide object, what a thread needs to use it, and a guard.
struct ours {
  struct thread_setup {};
  static inline heddle::global_lock lock;
  struct guard {
    heddle::attach_guard held{lock};
  };
};

// The interval at which CPython switches threads, too; here: hand over as soon as anybody waits.
struct ours_eager {
  struct thread_setup {};
  static inline heddle::global_lock lock{heddle::global_lock::startup::running,
                                         std::chrono::nanoseconds(0)};
  struct guard {
    heddle::attach_guard held{lock};
  };
};

struct std_mutex {
  struct thread_setup {};
  static inline std::mutex lock;
  struct guard {
    std::lock_guard<std::mutex> held{lock};
  };
};

#ifdef HEDDLE_BENCH_ABSL
struct absl_mutex {
  struct thread_setup {};
  static inline absl::Mutex lock;
  struct guard {
    absl::MutexLock held{&lock};
  };
};
#endif

#ifdef HEDDLE_BENCH_PYTHON
// A thread that CPython knows: its thread state is made once.
struct cpython {
  struct thread_setup {
    thread_setup() {
      bench::start_python();
      known.emplace();
      away.emplace(known->token());
    }
    ~thread_setup() {
      away.reset();
      known.reset();
    }
    std::optional<heddle::python::attach_guard> known;
    std::optional<heddle::python::detach_guard> away;
  };
  struct guard {
    heddle::python::attach_guard held;
  };
};
#endif

template <class Lock>
void uncontended(benchmark::State& state) {
  [[maybe_unused]] const typename Lock::thread_setup setup;
  for (auto _ : state) {
    [[maybe_unused]] const typename Lock::guard guard;
    benchmark::ClobberMemory();
  }
}

template <class Lock>
void contended(benchmark::State& state) {
  static int shared = 0;
  [[maybe_unused]] const typename Lock::thread_setup setup;
  for (auto _ : state) {
    [[maybe_unused]] const typename Lock::guard guard;
    for (int step = 0; step < 10; ++step) benchmark::DoNotOptimize(++shared);
  }
  state.SetItemsProcessed(state.iterations());
}

// From the moment in which a thread gives the lock up to that in which another, which sleeps in its
// queue, has it.
template <class Lock>
void hand_over(benchmark::State& state) {
  using clock = std::chrono::steady_clock;
  [[maybe_unused]] const typename Lock::thread_setup setup;
  std::counting_semaphore<> asked{0};
  std::counting_semaphore<> done{0};
  std::atomic<bool> comes{false};
  clock::time_point taken;
  std::jthread waiter([&](std::stop_token stop) {
    [[maybe_unused]] const typename Lock::thread_setup mine;
    done.release();  // CPython's setup takes the lock: not to be waited for with it
    for (asked.acquire(); !stop.stop_requested(); asked.acquire()) {
      comes = true;
      {
        [[maybe_unused]] const typename Lock::guard guard;
        taken = clock::now();
      }
      done.release();
    }
  });
  done.acquire();
  for (auto _ : state) {
    clock::time_point given_up;
    {
      [[maybe_unused]] const typename Lock::guard guard;
      asked.release();
      while (!comes.exchange(false)) {
      }
      const auto asleep = clock::now() + std::chrono::microseconds(50);
      while (clock::now() < asleep) {
      }
      given_up = clock::now();
    }
    done.acquire();
    state.SetIterationTime(std::chrono::duration<double>(taken - given_up).count());
  }
  waiter.request_stop();
  asked.release();
}

// A detaching within: what a blocking call costs more.
void detach_and_attach(benchmark::State& state) {
  heddle::attach_guard guard(ours::lock);
  for (auto _ : state) {
    const heddle::detach_guard away(guard.token());
    benchmark::ClobberMemory();
  }
}

void nested(benchmark::State& state) {
  heddle::attach_guard outer(ours::lock);
  for (auto _ : state) {
    const heddle::attach_guard inner(ours::lock);
    benchmark::ClobberMemory();
  }
}

void poll(benchmark::State& state) {
  heddle::attach_guard guard(ours::lock);
  for (auto _ : state) {
    ours::lock.poll(guard.token());
    benchmark::ClobberMemory();
  }
}

BENCHMARK(uncontended<ours>);
BENCHMARK(contended<ours>)->Threads(2)->Threads(4)->UseRealTime();
BENCHMARK(hand_over<ours>)->UseManualTime()->Iterations(100);
BENCHMARK(uncontended<ours_eager>);
BENCHMARK(contended<ours_eager>)->Threads(2)->Threads(4)->UseRealTime();
BENCHMARK(hand_over<ours_eager>)->UseManualTime()->Iterations(100);
BENCHMARK(uncontended<std_mutex>);
BENCHMARK(contended<std_mutex>)->Threads(2)->Threads(4)->UseRealTime();
BENCHMARK(hand_over<std_mutex>)->UseManualTime()->Iterations(100);
#ifdef HEDDLE_BENCH_ABSL
BENCHMARK(uncontended<absl_mutex>);
BENCHMARK(contended<absl_mutex>)->Threads(2)->Threads(4)->UseRealTime();
BENCHMARK(hand_over<absl_mutex>)->UseManualTime()->Iterations(100);
#endif
#ifdef HEDDLE_BENCH_PYTHON
BENCHMARK(uncontended<cpython>);
BENCHMARK(contended<cpython>)->Threads(2)->Threads(4)->UseRealTime();
BENCHMARK(hand_over<cpython>)->UseManualTime()->Iterations(100);
#endif
BENCHMARK(detach_and_attach);
BENCHMARK(nested);
BENCHMARK(poll);

}  // namespace

BENCHMARK_MAIN();
