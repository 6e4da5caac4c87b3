// The program that the regression report is tried on: three small kinds of work, of which each does
// so many rounds that PLANTED_PERCENT more of them is PLANTED_PERCENT more work. Compiled without
// it (or with 0) twice, the two programs are the same.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <mutex>
#include <vector>

#ifndef PLANTED_PERCENT
#define PLANTED_PERCENT 0
#endif

namespace {

constexpr int rounds(int usual) { return usual + usual * PLANTED_PERCENT / 100; }

/// Nothing but a chain of instructions.
void arithmetic(benchmark::State& state) {
  std::uint64_t random = 1;
  for (auto _ : state) {
    for (int round = 0; round < rounds(1000); ++round) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      benchmark::DoNotOptimize(random);
    }
  }
}
BENCHMARK(arithmetic);

/// Loads that wait for one another, over more memory than the first cache holds.
void memory_chain(benchmark::State& state) {
  constexpr std::uint32_t cells = 1u << 15;
  std::vector<std::uint32_t> next(cells);
  for (std::uint32_t cell = 0; cell < cells; ++cell) next[cell] = (cell + 12345u) % cells;
  std::uint32_t at = 0;
  for (auto _ : state) {
    for (int round = 0; round < rounds(1000); ++round) at = next[at];
    benchmark::DoNotOptimize(at);
  }
}
BENCHMARK(memory_chain);

/// Read-modify-writes.
void lock_and_unlock(benchmark::State& state) {
  std::mutex mutex;
  for (auto _ : state) {
    for (int round = 0; round < rounds(100); ++round) {
      const std::lock_guard guard(mutex);
      benchmark::ClobberMemory();
    }
  }
}
BENCHMARK(lock_and_unlock);

}  // namespace

BENCHMARK_MAIN();
