// What belongs to a lock beside what would do without: values behind a borrow, behind the global
// lock and in critical sections, deferred operations, safepoints. Each by one thread that is alone:
// the price of the usual case. Compiled like a user's program; see docs/performance.md.
#include <benchmark/benchmark.h>

#include <heddle/borrow_cell.hpp>
#include <heddle/critical_section.hpp>
#include <heddle/deferred_operations.hpp>
#include <heddle/gil_protected.hpp>
#include <heddle/global_lock.hpp>
#include <heddle/lock_attached.hpp>
#include <heddle/safepoint_domain.hpp>
#include <heddle/two_stage_lazy.hpp>
#include <mutex>
#include <shared_mutex>

#if __has_include(<concurrentqueue/moodycamel/concurrentqueue.h>)
#include <concurrentqueue/moodycamel/concurrentqueue.h>
#define HEDDLE_BENCH_MOODYCAMEL
#elif __has_include(<concurrentqueue/concurrentqueue.h>)
#include <concurrentqueue/concurrentqueue.h>
#define HEDDLE_BENCH_MOODYCAMEL
#endif

namespace {

void borrow_to_read(benchmark::State& state) {
  heddle::borrow_cell<int> cell(1);
  for (auto _ : state) benchmark::DoNotOptimize(**cell.try_borrow());
}
BENCHMARK(borrow_to_read);

void peer_shared_mutex_to_read(benchmark::State& state) {
  std::shared_mutex mutex;
  int value = 1;
  for (auto _ : state) {
    const std::shared_lock guard(mutex);
    benchmark::DoNotOptimize(value);
  }
}
BENCHMARK(peer_shared_mutex_to_read);

void borrow_to_change(benchmark::State& state) {
  heddle::borrow_cell<int> cell(1);
  for (auto _ : state) benchmark::DoNotOptimize(++**cell.try_borrow_mut());
}
BENCHMARK(borrow_to_change);

void peer_shared_mutex_to_change(benchmark::State& state) {
  std::shared_mutex mutex;
  int value = 1;
  for (auto _ : state) {
    const std::unique_lock guard(mutex);
    benchmark::DoNotOptimize(++value);
  }
}
BENCHMARK(peer_shared_mutex_to_change);

heddle::global_lock lock;

void protected_value(benchmark::State& state) {
  const heddle::attach_guard guard(lock);
  heddle::gil_protected<int> value(1);
  for (auto _ : state) benchmark::DoNotOptimize(++value.get(guard.token()));
}
BENCHMARK(protected_value);

void lock_attached_uncontended(benchmark::State& state) {
  const heddle::attach_guard guard(lock);
  std::mutex mutex;
  for (auto _ : state) {
    const auto held = heddle::lock_attached(guard.token(), mutex);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(lock_attached_uncontended);

void peer_mutex(benchmark::State& state) {
  std::mutex mutex;
  for (auto _ : state) {
    const std::lock_guard guard(mutex);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(peer_mutex);

void notify_nobody(benchmark::State& state) {
  heddle::attached_condition_variable changed;
  for (auto _ : state) changed.notify_one();
}
BENCHMARK(notify_nobody);

void critical_section_of_one(benchmark::State& state) {
  heddle::safepoint_domain domain;
  const heddle::safepoint_domain::attach_guard guard(domain);
  heddle::sectioned_object object;
  for (auto _ : state) {
    const heddle::critical_section section(guard.token(), object);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(critical_section_of_one);

void critical_section_of_two(benchmark::State& state) {
  heddle::safepoint_domain domain;
  const heddle::safepoint_domain::attach_guard guard(domain);
  heddle::sectioned_object one;
  heddle::sectioned_object other;
  for (auto _ : state) {
    const heddle::critical_section section(guard.token(), one, other);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(critical_section_of_two);

void peer_scoped_lock_of_two(benchmark::State& state) {
  std::mutex one;
  std::mutex other;
  for (auto _ : state) {
    const std::scoped_lock guard(one, other);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(peer_scoped_lock_of_two);

void safepoint_poll(benchmark::State& state) {
  heddle::safepoint_domain domain;
  const heddle::safepoint_domain::attach_guard guard(domain);
  for (auto _ : state) domain.poll(guard.token());
}
BENCHMARK(safepoint_poll);

void safepoint_attach(benchmark::State& state) {
  heddle::safepoint_domain domain;
  for (auto _ : state) {
    const heddle::safepoint_domain::attach_guard guard(domain);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(safepoint_attach);

void stop_a_world_of_one(benchmark::State& state) {
  heddle::safepoint_domain domain;
  const heddle::safepoint_domain::attach_guard guard(domain);
  for (auto _ : state) {
    const auto stopped = domain.stop_the_world(guard.token());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(stop_a_world_of_one);

constexpr int posted = 64;

void defer_and_apply(benchmark::State& state) {
  const heddle::attach_guard guard(lock);
  heddle::deferred_operations operations;
  int applied = 0;
  for (auto _ : state) {
    for (int count = 0; count < posted; ++count) {
      operations.post([&applied]() noexcept { ++applied; });
    }
    operations.drain(guard.token());
  }
  benchmark::DoNotOptimize(applied);
  state.SetItemsProcessed(state.iterations() * posted);
}
BENCHMARK(defer_and_apply);

#ifdef HEDDLE_BENCH_MOODYCAMEL
/// The same with a queue of pointers, to work that has to be allocated, too.
void peer_concurrent_queue(benchmark::State& state) {
  struct operation {
    virtual ~operation() = default;
    virtual void apply() noexcept = 0;
  };
  struct increment final : operation {
    explicit increment(int& value) : value(value) {}
    void apply() noexcept override { ++value; }
    int& value;
  };
  moodycamel::ConcurrentQueue<operation*> operations;
  int applied = 0;
  for (auto _ : state) {
    for (int count = 0; count < posted; ++count) operations.enqueue(new increment(applied));
    for (operation* each = nullptr; operations.try_dequeue(each); delete each) each->apply();
  }
  benchmark::DoNotOptimize(applied);
  state.SetItemsProcessed(state.iterations() * posted);
}
BENCHMARK(peer_concurrent_queue);
#endif

void two_stage_get(benchmark::State& state) {
  const heddle::attach_guard guard(lock);
  heddle::two_stage_lazy<int> cell;
  static_cast<void>(cell.complete(
      guard.token(), [] { return 0; }, [](int&) { return 1; },
      [](int& shell, int part) noexcept { shell = part; }));
  for (auto _ : state) benchmark::DoNotOptimize(*cell.get(guard.token()));
}
BENCHMARK(two_stage_get);

void peer_call_once(benchmark::State& state) {
  std::once_flag once;
  int value = 0;
  for (auto _ : state) {
    std::call_once(once, [&value] { value = 1; });
    benchmark::DoNotOptimize(value);
  }
}
BENCHMARK(peer_call_once);

}  // namespace

BENCHMARK_MAIN();
