// What the fibers cost. Read the deep rows: a thread of a checked program parks several calls below
// its own code, so that what counts is the switch together with the returns after it.
#include <benchmark/benchmark.h>

#include "model/runtime/fiber.hpp"

namespace heddle::runtime {
namespace {

fibers& all() {
  static fibers* const made = new fibers;
  return *made;
}

void always_back(void*) {
  for (;;) all().back();
}

void round_trip(benchmark::State& state) {
  fibers& f = all();
  const int slot = static_cast<int>(state.range(0));
  f.start(slot, &always_back, nullptr);
  for (auto _ : state) f.run(slot);
}
BENCHMARK(round_trip)->Arg(0)->Arg(1);

void start_alone(benchmark::State& state) {
  fibers& f = all();
  for (auto _ : state) f.start(1, &always_back, nullptr);
}
BENCHMARK(start_alone);

void start_run_abandon(benchmark::State& state) {
  fibers& f = all();
  const int threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    for (int slot = 0; slot < threads; ++slot) f.start(slot, &always_back, nullptr);
    for (int slot = 0; slot < threads; ++slot) f.run(slot);
  }
  state.SetItemsProcessed(state.iterations() * threads);
}
BENCHMARK(start_run_abandon)->Arg(1)->Arg(3)->Arg(8);

// Slots 1 … n in a ring, each `depth` calls deep when it parks; slot 0 closes the ring and lets the
// scheduler in once in `laps` laps.
constexpr int laps = 100;
int last_of_ring = 0;

[[gnu::noinline]] void pass_on(std::intptr_t depth) {
  if (depth == 0) {
    const int current = all().current();
    all().switch_to(current == last_of_ring ? 0 : current + 1);
  } else {
    pass_on(depth - 1);
  }
  asm volatile("");  // no tail call
}

void pass_on_for_ever(void* depth) {
  for (;;) pass_on(reinterpret_cast<std::intptr_t>(depth));
}

void close_ring(void*) {
  for (int lap = 1;; ++lap) {
    all().switch_to(1);
    if (lap % laps == 0) all().back();
  }
}

void ring(benchmark::State& state, std::intptr_t depth) {
  fibers& f = all();
  last_of_ring = static_cast<int>(state.range(0));
  for (int slot = 1; slot <= last_of_ring; ++slot) {
    f.start(slot, &pass_on_for_ever, reinterpret_cast<void*>(depth));
  }
  f.start(0, &close_ring, nullptr);
  for (auto _ : state) f.run(0);
  state.counters["switch"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * laps * (last_of_ring + 1),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
void switch_flat(benchmark::State& state) { ring(state, 0); }
void switch_deep(benchmark::State& state) { ring(state, 4); }
BENCHMARK(switch_flat)->Arg(2)->Arg(3)->Arg(15);
BENCHMARK(switch_deep)->Arg(2)->Arg(3)->Arg(15);

}  // namespace
}  // namespace heddle::runtime

BENCHMARK_MAIN();
