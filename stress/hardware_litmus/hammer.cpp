#include "stress/hardware_litmus/hammer.hpp"

#include <sched.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <random>
#include <thread>

namespace heddle::hardware_litmus {
namespace {

constexpr std::size_t batch_rounds = 2048;
constexpr std::uint64_t batches_per_placement = 8;
constexpr unsigned pauses_max = 64;
constexpr unsigned spins_before_yield = 400;

struct free_memory {
  void operator()(void* memory) const { std::free(memory); }
};

/// The results of one thread in one round.
struct alignas(64) result_line {
  long values[registers_max] = {};
};

void pin(const std::vector<int>& cores, std::size_t place) {
  if (cores.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cores[place % cores.size()], &set);
  sched_setaffinity(0, sizeof(set), &set);  // may be forbidden: the rounds are as good unpinned
}

class batch {
 public:
  batch(const native_program& program, const hammer_options& options)
      : program_(program),
        options_(options),
        threads_(program.threads.size()),
        memory_(static_cast<char*>(std::aligned_alloc(64, batch_rounds * program.memory_size))),
        results_(batch_rounds * (threads_ + 1)),
        gate_(static_cast<std::ptrdiff_t>(threads_ + 1)) {
    if (!memory_) throw std::bad_alloc();
  }

  histogram run() {
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < threads_; ++t) threads.emplace_back([this, t] { work(t); });
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                         std::chrono::duration<double>(options_.seconds));
    for (std::uint64_t rounds = 0;; rounds += batch_rounds, ++number_) {
      over_ = rounds > 0 && (rounds >= options_.rounds || std::chrono::steady_clock::now() >= end);
      for (std::size_t i = 0; i < batch_rounds && !over_; ++i) program_.reset(instance(i));
      arrived_.store(0, std::memory_order_relaxed);
      gate_.arrive_and_wait();  // the batch begins
      if (over_) break;
      gate_.arrive_and_wait();  // it is over
      collect();
    }
    for (std::thread& thread : threads) thread.join();
    return std::move(seen_);
  }

 private:
  void* instance(std::size_t round) { return memory_.get() + round * program_.memory_size; }
  long* results(std::size_t round, std::size_t thread) {
    return results_[round * (threads_ + 1) + thread].values;
  }
  bool in_step() const { return threads_ <= options_.cores.size() && number_ % 2 == 0; }

  void work(std::size_t me) {
    std::minstd_rand random(static_cast<unsigned>(options_.seed * 7919 + me * 104729 + 1));
    for (;;) {
      gate_.arrive_and_wait();
      if (over_) return;
      if (number_ % batches_per_placement == 0) {
        pin(options_.cores, me + number_ / batches_per_placement);
      }
      in_step() ? run_in_step(me, random) : run_adrift(me, random);
      gate_.arrive_and_wait();
    }
  }

  void run_in_step(std::size_t me, std::minstd_rand& random) {
    const auto body = program_.threads[me];
    for (std::size_t i = 0; i < batch_rounds; ++i) {
      meet((i + 1) * threads_);
      pause(random);
      body(instance(i), results(i, me));
    }
  }

  void run_adrift(std::size_t me, std::minstd_rand& random) {
    const auto body = program_.threads[me];
    meet(threads_);
    // Not far from the others: else no two threads would ever be in the same round.
    const std::size_t start = batch_rounds - random() % 8;
    const unsigned rounds_to_yield = 16 + random() % 256;
    for (std::size_t i = 0; i < batch_rounds; ++i) {
      const std::size_t round = (start + i) % batch_rounds;
      body(instance(round), results(round, me));
      if (threads_ > options_.cores.size() && random() % rounds_to_yield == 0) sched_yield();
    }
  }

  /// Returns when all threads of the batch have called it as often as this one.
  void meet(std::size_t arrivals) {
    arrived_.fetch_add(1);
    for (unsigned spins = 0; arrived_.load() < arrivals; ++spins) {
      if (spins % spins_before_yield == spins_before_yield - 1) sched_yield();
      __builtin_ia32_pause();
    }
  }

  static void pause(std::minstd_rand& random) {
    const unsigned drawn = static_cast<unsigned>(random());
    if (drawn % 2 == 0) return;  // who comes last to the barrier goes first, as it is
    // Not __builtin_ia32_pause: on some processors one takes longer than a whole round.
    for (unsigned left = (drawn >> 8) % pauses_max; left != 0; --left) __asm__ volatile("");
  }

  void collect() {
    outcome values(program_.registers.size() + program_.words.size());
    for (std::size_t round = 0; round < batch_rounds; ++round) {
      program_.finish(instance(round), results(round, threads_));
      std::size_t at = 0;
      for (std::size_t t = 0; t <= threads_; ++t) {
        const long* line = results(round, t);
        for (std::size_t r = 0; r < program_.register_counts[t]; ++r) values[at++] = line[r];
      }
      program_.read(instance(round), values.data() + at);
      // Most rounds end as the one before.
      if (last_ == seen_.end() || last_->first != values) last_ = seen_.try_emplace(values).first;
      ++last_->second;
    }
  }

  const native_program& program_;
  const hammer_options& options_;
  std::size_t threads_;
  std::unique_ptr<char, free_memory> memory_;
  std::vector<result_line> results_;
  std::barrier<> gate_;  // orders what follows: all of it is written before one of its phases
  std::uint64_t number_ = 0;
  bool over_ = false;
  histogram seen_;
  histogram::iterator last_ = seen_.end();
  alignas(64) std::atomic<std::size_t> arrived_{0};
};

}  // namespace

std::vector<int> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cores;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

histogram hammer(const native_program& program, const hammer_options& options) {
  return batch(program, options).run();
}

}  // namespace heddle::hardware_litmus
