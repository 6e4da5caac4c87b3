// What one access and one allocation cost. The first four are the cases that programs consist of:
// a thread touches again what it touched before, reads what another initialised, does either
// between two events. `empty_loop` is the measure's own cost, to be subtracted.
#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <vector>

#include "model/runtime/heap.hpp"
#include "model/runtime/race_detector.hpp"

namespace heddle::runtime {
namespace {

constexpr std::uintptr_t memory_at = 0x123456780000;
constexpr std::uintptr_t words = 64;  // 512 bytes of the program: 4 KiB of cells

const std::array<std::uint32_t, 4> everything{~0u, ~0u, ~0u, ~0u};

viewpoint view_of(thread_id thread, std::uint32_t clock) {
  return {thread, clock, {everything.data(), everything.size()}};
}

std::uintptr_t next(std::uintptr_t& i) { return memory_at + (i++ % words) * 8; }

void empty_loop(benchmark::State& state) {
  std::uintptr_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(next(i));
}
BENCHMARK(empty_loop);

void same_thread_again(benchmark::State& state) {
  race_detector races(nullptr);
  const viewpoint view = view_of(0, 1);
  std::uintptr_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(races.plain(next(i), 8, true, view, 1));
}
BENCHMARK(same_thread_again);

void same_thread_again_at_a_later_clock(benchmark::State& state) {
  race_detector races(nullptr);
  std::uintptr_t i = 0;
  for (auto _ : state) {
    const viewpoint view = view_of(0, std::uint32_t(i / words));
    benchmark::DoNotOptimize(races.plain(next(i), 8, true, view, 1));
  }
}
BENCHMARK(same_thread_again_at_a_later_clock);

void read_again_what_another_thread_wrote(benchmark::State& state) {
  race_detector races(nullptr);
  for (std::uintptr_t i = 0; i < words;) races.plain(next(i), 8, true, view_of(0, 1), 1);
  const viewpoint view = view_of(1, 0);
  std::uintptr_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(races.plain(next(i), 4, false, view, 1));
}
BENCHMARK(read_again_what_another_thread_wrote);

void write_by_two_threads_in_turn(benchmark::State& state) {
  race_detector races(nullptr);
  std::uintptr_t i = 0;
  for (auto _ : state) {
    const viewpoint view = view_of(i / words % 2, std::uint32_t(i / words));
    benchmark::DoNotOptimize(races.plain(next(i), 8, true, view, 1));
  }
}
BENCHMARK(write_by_two_threads_in_turn);

/// Each access is the first of its execution to its granule.
void first_touch(benchmark::State& state) {
  race_detector races(nullptr);
  const viewpoint view = view_of(0, 1);
  std::uintptr_t i = 0;
  for (auto _ : state) {
    if (i % words == 0) races.new_execution();
    benchmark::DoNotOptimize(races.plain(next(i), 8, true, view, 1));
  }
}
BENCHMARK(first_touch);

void atomic_write_by_two_threads_in_turn(benchmark::State& state) {
  race_detector races(nullptr);
  std::uintptr_t i = 0;
  for (auto _ : state) {
    const viewpoint view = view_of(i / words % 2, std::uint32_t(i / words));
    benchmark::DoNotOptimize(races.atomic(next(i), 8, true, view, 1));
  }
}
BENCHMARK(atomic_write_by_two_threads_in_turn);

/// Sixteen threads have read each granule and one reads again: entries beside the cell.
void one_reader_of_sixteen(benchmark::State& state) {
  race_detector races(nullptr);
  for (thread_id t = 0; t < 16; ++t) {
    for (std::uintptr_t i = 0; i < words;) races.plain(next(i), 8, false, view_of(t, 1), 1);
  }
  const viewpoint view = view_of(8, 1);
  std::uintptr_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(races.plain(next(i), 8, false, view, 1));
}
BENCHMARK(one_reader_of_sixteen);

void range_of_4096_bytes(benchmark::State& state) {
  race_detector races(nullptr);
  std::uint32_t clock = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(races.range(memory_at, 4096, true, view_of(0, clock++), 1));
  }
}
BENCHMARK(range_of_4096_bytes);

void object_word(benchmark::State& state) {
  race_detector races(nullptr);
  std::uintptr_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(races.object_at(next(i)));
}
BENCHMARK(object_word);

constexpr int blocks_per_execution = 100;

/// Allocates and releases a block; with `touch`, writes to all of it in between.
void allocate_and_release(benchmark::State& state) {
  heap memory;
  race_detector races(&memory);
  const std::size_t size = state.range(0);
  const bool touch = state.range(1) != 0;
  const viewpoint view = view_of(0, 0);
  int i = 0;
  for (auto _ : state) {
    if (++i % blocks_per_execution == 0) {
      memory.new_execution();
      races.new_execution();
    }
    void* p = memory.allocate({}, {size}).address;
    benchmark::DoNotOptimize(p);
    if (touch) races.range(reinterpret_cast<std::uintptr_t>(p), size, true, view, 1);
    const release_outcome outcome = memory.release({}, p);
    std::uint32_t object = 0;
    benchmark::DoNotOptimize(races.release(*outcome.which, view, 1, object));
  }
}
BENCHMARK(allocate_and_release)
    ->ArgNames({"bytes", "touch"})
    ->Args({24, 0})
    ->Args({24, 1})
    ->Args({256, 0})
    ->Args({4096, 0})
    ->Args({4096, 1})
    ->Args({1 << 20, 0});

/// The state of the program at the end of an execution: `blocks` live in a list, from one root.
void leak_check(benchmark::State& state) {
  heap memory;
  void* list = nullptr;
  for (int i = 0; i < state.range(0); ++i) {
    void** node = static_cast<void**>(memory.allocate({thread_id(i % 4)}, {24}).address);
    *node = list;
    list = node;
  }
  const std::span<const std::byte> roots[] = {std::as_bytes(std::span(&list, 1))};
  for (auto _ : state) benchmark::DoNotOptimize(memory.leaks(roots));
}
BENCHMARK(leak_check)->Arg(0)->Arg(10)->Arg(1000);

void new_execution(benchmark::State& state) {
  heap memory;
  race_detector races(&memory);
  for (auto _ : state) {
    for (thread_id t = 0; t < 4; ++t) benchmark::DoNotOptimize(memory.allocate({t}, {24}));
    memory.new_execution();
    races.new_execution();
  }
}
BENCHMARK(new_execution);

}  // namespace
}  // namespace heddle::runtime

BENCHMARK_MAIN();
