// How fast the checker explores. `executions/s` and `ns/event` are CPU time; `bare` is the same
// instrumented program on the same runtime with a recorder that answers without any graph: what
// is left when nothing is searched.
#include <benchmark/benchmark.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "model/explore/exhaustive.hpp"
#include "model/runtime/engine.hpp"
#include "stress/bench/programs.hpp"
#include "stress/bench/scripted_program.hpp"

namespace heddle::bench {
namespace {

/// Runs the threads one after the other, in the order of their creation; a location holds what was
/// written last.
class bare_recorder final : public recorder {
 public:
  void begin() {
    threads_.assign(1, {});
    running_ = 0;
    events = 0;
  }
  step perform(thread_id thread, const operation& op) override {
    ++events;
    ++threads_[thread].events;
    switch (op.kind) {
      case operation_kind::create_thread:
        threads_.push_back({});
        return {step_status::done, {threads_.size() - 1, 0}, false};
      case operation_kind::join_thread:
        if (threads_[op.operand.low].finished) return {step_status::done, {}, false};
        --events;
        --threads_[thread].events;
        running_ = static_cast<thread_id>(op.operand.low);
        return {step_status::park, {}, false};
      case operation_kind::finish_thread:
        threads_[thread].finished = true;
        running_ = 0;
        return {step_status::done, {}, false};
      case operation_kind::store:
        values_[op.location] = op.operand;
        break;
      case operation_kind::compare_exchange: {
        const value old = values_[op.location];
        if (old == op.expected) values_[op.location] = op.operand;
        return {step_status::done, old, true};
      }
      default:
        break;
    }
    return {step_status::done, op.location == no_location ? value{} : values_[op.location], true};
  }
  thread_id next_thread() override { return threads_[0].finished ? no_thread : running_; }
  void initialise(location_id location, value initial) override {
    if (location >= values_.size()) values_.resize(location + 1u);
    values_[location] = initial;
  }
  step spin(thread_id, std::uint32_t, bool) override { return {}; }
  clock_view happens_before(thread_id thread) const override {
    return {all_seen_, 16, threads_[thread].events};
  }
  unordered_access unordered_before(thread_id, location_id, bool) const override { return {}; }

  std::uint64_t events = 0;

 private:
  struct thread_state {
    std::uint32_t events = 0;
    bool finished = false;
  };
  static constexpr std::uint32_t all_seen_[16] = {~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u,
                                                  ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u};
  std::vector<thread_state> threads_;
  std::vector<value> values_;
  thread_id running_ = 0;
};

void count(benchmark::State& state, std::uint64_t executions, std::uint64_t events) {
  state.counters["executions"] =
      benchmark::Counter(static_cast<double>(executions), benchmark::Counter::kIsRate);
  state.counters["events"] = static_cast<double>(events) / static_cast<double>(executions);
  state.counters["per_event"] = benchmark::Counter(
      static_cast<double>(events), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// One execution after the other, from the start again when all are done. `failed` tells whether
/// something else than an execution happened.
template <typename Failed>
void explore(benchmark::State& state, program& program, const Failed& failed) {
  exhaustive search({});
  std::uint64_t executions = 0;
  std::uint64_t events = 0;
  bool more = false;
  for (auto _ : state) {
    while (!more || !search.begin_execution()) {
      search.restart();
      more = true;
    }
    program.run(search);
    if (search.end_execution() != ending::complete || failed()) {
      state.SkipWithError("an execution did not end as it should");
      break;
    }
    ++executions;
    events += search.graph().size();
  }
  if (executions != 0) count(state, executions, events);
}

void explore(benchmark::State& state, const std::function<void()>& body) {
  runtime::engine engine(body, {});
  explore(state, engine, [&] { return engine.failed() || engine.unsupported(); });
}

void search_alone(benchmark::State& state, int rounds) {
  scripted_program program({stores_and_loads(0, 1, rounds), stores_and_loads(1, 0, rounds)}, 2);
  explore(state, program, [] { return false; });
}

void run_bare(benchmark::State& state, const std::function<void()>& body) {
  runtime::engine engine(body, {});
  bare_recorder bare;
  std::uint64_t executions = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    bare.begin();
    engine.run(bare);
    ++executions;
    events += bare.events;
  }
  if (executions != 0) count(state, executions, events);
}

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  }
  return 0;
}

/// Resident memory after so many executions of one search.
void memory(benchmark::State& state) {
  for (auto _ : state) {
    runtime::engine engine(many_executions, {});
    exhaustive search({});
    for (std::int64_t n = 0; n < state.range(0) && search.begin_execution(); ++n) {
      engine.run(search);
      search.end_execution();
    }
    state.counters["resident_KiB"] = static_cast<double>(resident_kib());
  }
}

BENCHMARK_CAPTURE(explore, nothing, nothing);
BENCHMARK_CAPTURE(explore, store_buffering, store_buffering);
BENCHMARK_CAPTURE(explore, store_buffering_pthreads, store_buffering_pthreads);
BENCHMARK_CAPTURE(explore, store_buffering_seq_cst, store_buffering_seq_cst);
BENCHMARK_CAPTURE(explore, fifty_events, fifty_events);
BENCHMARK_CAPTURE(explore, locked_increments, locked_increments);
BENCHMARK_CAPTURE(explore, prefix_100, [] { long_prefix(100); });
BENCHMARK_CAPTURE(explore, prefix_1000, [] { long_prefix(1000); });
BENCHMARK_CAPTURE(explore, prefix_10000, [] { long_prefix(10000); });
BENCHMARK_CAPTURE(search_alone, store_buffering, 1);
BENCHMARK_CAPTURE(search_alone, fifty_events, 11);
BENCHMARK_CAPTURE(run_bare, nothing, nothing);
BENCHMARK_CAPTURE(run_bare, store_buffering, store_buffering);
BENCHMARK_CAPTURE(run_bare, store_buffering_pthreads, store_buffering_pthreads);
BENCHMARK_CAPTURE(run_bare, fifty_events, fifty_events);
BENCHMARK_CAPTURE(run_bare, prefix_1000, [] { long_prefix(1000); });
BENCHMARK(memory)
    ->RangeMultiplier(10)
    ->Range(1'000, 10'000'000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace heddle::bench

BENCHMARK_MAIN();
