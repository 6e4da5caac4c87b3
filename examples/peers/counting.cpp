// The smallest families: their numbers of executions are known in closed form, so that each size is
// a test of the search. The siblings that fail believe something that does not hold in all of them.
//
//   writers          n threads write one variable                     n!
//   increments       n threads add one                                n!
//   lost_updates     n threads load and store                         (n!)^2
//   readers          one thread publishes, n threads look             2^n
//   store_buffering  thread i writes x[i] and reads x[i + 1]          2^n; with seq_cst 2^n - 1
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

template <unsigned N>
unsigned last_of_writers() {
  std::atomic<unsigned> variable{0};
  in_threads<N>([&](unsigned i) { variable.store(i + 1, relaxed); });
  return variable.load(relaxed);
}

template <unsigned N>
void writers() {
  const unsigned last = last_of_writers<N>();
  heddle::require(last >= 1 && last <= N, "somebody wrote last");
}

HEDDLE_CHECK(writers_2) { writers<2>(); }
HEDDLE_CHECK(writers_4) { writers<4>(); }
HEDDLE_CHECK(writers_5) { writers<5>(); }
HEDDLE_CHECK(writers_7) { writers<7>(); }

HEDDLE_CHECK(writers_finish_as_they_began) {
  heddle::require(last_of_writers<3>() == 3, "the last to begin writes last");
}

template <unsigned N>
void increments() {
  std::atomic<unsigned> sum{0};
  in_threads<N>([&](unsigned) { sum.fetch_add(1, relaxed); });
  heddle::require(sum.load(relaxed) == N, "each increment counts");
}

HEDDLE_CHECK(increments_2) { increments<2>(); }
HEDDLE_CHECK(increments_4) { increments<4>(); }
HEDDLE_CHECK(increments_5) { increments<5>(); }
HEDDLE_CHECK(increments_7) { increments<7>(); }

template <unsigned N>
unsigned sum_of_torn_increments() {
  std::atomic<unsigned> sum{0};
  in_threads<N>([&](unsigned) { sum.store(sum.load(relaxed) + 1, relaxed); });
  return sum.load(relaxed);
}

template <unsigned N>
void lost_updates() {
  const unsigned sum = sum_of_torn_increments<N>();
  heddle::require(sum >= 1 && sum <= N, "some increment counts");
}

HEDDLE_CHECK(lost_updates_2) { lost_updates<2>(); }
HEDDLE_CHECK(lost_updates_3) { lost_updates<3>(); }
HEDDLE_CHECK(lost_updates_4) { lost_updates<4>(); }

HEDDLE_CHECK(increments_without_atomicity) {
  heddle::require(sum_of_torn_increments<2>() == 2, "each increment counts");
}

template <unsigned N, std::memory_order Store>
void readers() {
  int value = 0;
  std::atomic<bool> published{false};
  in_threads<N + 1>([&](unsigned i) {
    if (i == 0) {
      value = 42;
      published.store(true, Store);
    } else if (published.load(acquire)) {
      heddle::require(value == 42, "what is published is complete");
    }
  });
}

HEDDLE_CHECK(readers_4) { readers<4, release>(); }
HEDDLE_CHECK(readers_8) { readers<8, release>(); }
HEDDLE_CHECK(readers_12) { readers<12, release>(); }
HEDDLE_CHECK(readers_without_release) { readers<2, relaxed>(); }

/// How many of the threads saw the write of their neighbour.
template <unsigned N, std::memory_order Store, std::memory_order Load>
unsigned store_buffering() {
  std::array<std::atomic<bool>, N> written{};
  std::array<bool, N> seen{};
  in_threads<N>([&](unsigned i) {
    written[i].store(true, Store);
    seen[i] = written[(i + 1) % N].load(Load);
  });
  unsigned count = 0;
  for (const bool one : seen) count += one;
  return count;
}

template <unsigned N>
void store_buffering_relaxed() {
  heddle::require(store_buffering<N, relaxed, relaxed>() <= N, "all outcomes are allowed");
}

template <unsigned N>
void store_buffering_seq_cst() {
  constexpr auto order = std::memory_order_seq_cst;
  heddle::require(store_buffering<N, order, order>() > 0, "who is last sees another");
}

HEDDLE_CHECK(store_buffering_relaxed_2) { store_buffering_relaxed<2>(); }
HEDDLE_CHECK(store_buffering_relaxed_4) { store_buffering_relaxed<4>(); }
HEDDLE_CHECK(store_buffering_relaxed_8) { store_buffering_relaxed<8>(); }
HEDDLE_CHECK(store_buffering_relaxed_12) { store_buffering_relaxed<12>(); }
HEDDLE_CHECK(store_buffering_seq_cst_2) { store_buffering_seq_cst<2>(); }
HEDDLE_CHECK(store_buffering_seq_cst_4) { store_buffering_seq_cst<4>(); }
HEDDLE_CHECK(store_buffering_seq_cst_8) { store_buffering_seq_cst<8>(); }
HEDDLE_CHECK(store_buffering_seq_cst_12) { store_buffering_seq_cst<12>(); }

HEDDLE_CHECK(store_buffering_release_acquire) {
  heddle::require(store_buffering<3, release, acquire>() > 0, "who is last sees another");
}

}  // namespace
}  // namespace peers
