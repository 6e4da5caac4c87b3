// A filled cell, read: ours beside a bare acquire load, std::call_once, absl::call_once, pybind11's
// gil_safe_call_once_and_store and a function-local static. One iteration reads 64 times through a
// pointer that the compiler does not know; `read` is the time of one. A peer that is not installed
// is named among what is said of the machine.
//
// To compare, run the pairs interleaved:
//   once_bench --benchmark_enable_random_interleaving=true --benchmark_repetitions=9
#ifdef HEDDLE_BENCH_PYBIND11
#include <pybind11/gil_safe_call_once.h>  // first: Python.h asks for it
#include <pybind11/pybind11.h>

#include "embedded_python.hpp"
#endif
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <heddle/attached_once_cell.hpp>
#include <heddle/gil_once_cell.hpp>
#include <heddle/global_lock.hpp>
#include <heddle/lazy.hpp>
#include <heddle/once_cell.hpp>
#include <heddle/race_once.hpp>
#include <mutex>
#ifdef HEDDLE_BENCH_ABSL
#include <absl/base/call_once.h>
#endif

namespace {

constexpr int reads = 64;

int make() {
  int value = 0;
  benchmark::DoNotOptimize(value);
  return value;
}

/// What none can be faster than: the load that orders, and the value.
struct bare_load {
  std::atomic<std::uintptr_t> state{2};
  int value = make();
  int read() {
    std::uintptr_t seen = state.load(std::memory_order_acquire);
    asm volatile("" : : "r"(seen));  // loaded, and not looked at
    return value;
  }
};

struct once_cell_get {
  heddle::once_cell<int> cell;
  once_cell_get() { static_cast<void>(cell.set(make())); }
  int read() {
    const int* value = cell.get();
    return value != nullptr ? *value : 0;
  }
};

struct once_cell_get_or_init {
  heddle::once_cell<int> cell;
  int read() { return cell.get_or_init(make); }
};

struct lazy_get {
  heddle::lazy<int> cell{make};
  int read() { return cell.get(); }
};

struct race_once_get_or_init {
  heddle::race_once<int> cell;
  int read() { return cell.get_or_init(make); }
};

/// Attached all the time, as a thread that runs Python code is.
heddle::global_lock lock;

struct gil_once_cell_get_or_init {
  heddle::attach_guard guard{lock};
  heddle::gil_once_cell<int> cell;
  int read() { return cell.get_or_init(guard.token(), make); }
};

struct attached_once_cell_get_or_init {
  heddle::attach_guard guard{lock};
  heddle::attached_once_cell<int> cell;
  int read() { return cell.get_or_init(guard.token(), make); }
};

struct std_call_once {
  std::once_flag once;
  int value = 0;
  int read() {
    std::call_once(once, [this] { value = make(); });
    return value;
  }
};

#ifdef HEDDLE_BENCH_ABSL
struct absl_call_once {
  absl::once_flag once;
  int value = 0;
  int read() {
    absl::call_once(once, [this] { value = make(); });
    return value;
  }
};
#endif

#ifdef HEDDLE_BENCH_PYBIND11
// Before any benchmark: the first one would seem to take that long.
const int python = (bench::start_python(), 0);

/// Attached all the time, to CPython's lock.
struct pybind11_call_once {
  heddle::python::attach_guard guard;
  pybind11::gil_safe_call_once_and_store<int> cell;
  int read() { return cell.call_once_and_store_result(make).get_stored(); }
};
#endif

/// At an address that the compiler knows, both of them.
constinit heddle::once_cell<int> global_cell;

struct global_once_cell {
  int read() { return global_cell.get_or_init(make); }
};

struct local_static {
  int read() {
    static const int value = make();
    return value;
  }
};

void count_reads(benchmark::State& state) {
  state.counters["read"] = benchmark::Counter(
      reads, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// Reads that do not depend on one another: what the instructions cost.
template <class Cell>
void filled(benchmark::State& state) {
  Cell cell;
  int sum = cell.read();  // makes the value
  for (auto _ : state) {
    for (int i = 0; i < reads; ++i) {
      Cell* any = &cell;
      asm volatile("" : "+r"(any) : : "memory");
      sum += any->read();
    }
  }
  int result = sum;  // its address: `sum` itself stays in a register
  benchmark::DoNotOptimize(result);
  count_reads(state);
}

/// Reads of which each needs the value of the one before: what a use has to wait for.
template <class Cell>
void filled_chain(benchmark::State& state) {
  Cell cell;
  std::uintptr_t next = static_cast<std::uintptr_t>(cell.read());  // 0
  for (auto _ : state) {
    for (int i = 0; i < reads; ++i) {
      Cell* any = reinterpret_cast<Cell*>(reinterpret_cast<std::uintptr_t>(&cell) + next);
      asm volatile("" : "+r"(any) : : "memory");
      next = static_cast<std::uintptr_t>(any->read());
    }
  }
  std::uintptr_t result = next;
  benchmark::DoNotOptimize(result);
  count_reads(state);
}

#define HEDDLE_BENCH_FILLED(cell) \
  BENCHMARK(filled<cell>);        \
  BENCHMARK(filled_chain<cell>)
HEDDLE_BENCH_FILLED(bare_load);
HEDDLE_BENCH_FILLED(once_cell_get);
HEDDLE_BENCH_FILLED(once_cell_get_or_init);
HEDDLE_BENCH_FILLED(lazy_get);
HEDDLE_BENCH_FILLED(race_once_get_or_init);
HEDDLE_BENCH_FILLED(gil_once_cell_get_or_init);
HEDDLE_BENCH_FILLED(attached_once_cell_get_or_init);
HEDDLE_BENCH_FILLED(std_call_once);
#ifdef HEDDLE_BENCH_ABSL
HEDDLE_BENCH_FILLED(absl_call_once);
#else
const int no_absl = (benchmark::AddCustomContext("absl::call_once", "not installed"), 0);
#endif
#ifdef HEDDLE_BENCH_PYBIND11
HEDDLE_BENCH_FILLED(pybind11_call_once);
#else
const int no_pybind11 = (benchmark::AddCustomContext("pybind11's gil_safe_call_once_and_store",
                                                     "no pybind11 2.12 or newer"),
                         0);
#endif
HEDDLE_BENCH_FILLED(global_once_cell);
HEDDLE_BENCH_FILLED(local_static);

/// The first use, uncontended: construction, initialisation, destruction.
template <class Cell>
void first_use(benchmark::State& state) {
  for (auto _ : state) {
    Cell cell;
    Cell* any = &cell;
    asm volatile("" : "+r"(any) : : "memory");
    benchmark::DoNotOptimize(any->read());
  }
}

BENCHMARK(first_use<once_cell_get_or_init>);
BENCHMARK(first_use<race_once_get_or_init>);
BENCHMARK(first_use<std_call_once>);
#ifdef HEDDLE_BENCH_ABSL
BENCHMARK(first_use<absl_call_once>);
#endif

}  // namespace

BENCHMARK_MAIN();
