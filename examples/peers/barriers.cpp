// Barriers of n threads: who comes last lets all others go, by reversing a sense that they look at.
// R rounds of n threads: (n!)^R executions, the orders of arrival in each round; each wait ends at
// the one write that reverses the sense.
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

enum class barrier_variant { right, relaxed_sense, relaxed_arrival, reset_after_reversal };

template <unsigned N, barrier_variant Variant>
class sense_reversing_barrier {
 public:
  /// `sense` is the calling thread's own, false before its first round.
  void wait(bool& sense) {
    sense = !sense;
    // acq_rel: what each did before it came is known to the last, who tells the others.
    constexpr bool weak = Variant == barrier_variant::relaxed_arrival;
    if (missing_.fetch_sub(1, weak ? relaxed : acq_rel) == 1) {
      if (Variant == barrier_variant::reset_after_reversal) {
        sense_.store(sense, release);
        missing_.store(N, relaxed);
      } else {
        missing_.store(N, relaxed);
        sense_.store(sense, Variant == barrier_variant::relaxed_sense ? relaxed : release);
      }
    } else {
      while (sense_.load(acquire) != sense) {
      }
    }
  }

 private:
  std::atomic<unsigned> missing_{N};
  std::atomic<bool> sense_{false};
};

/// In each round all write a place of their own, and then read that of their neighbour.
template <unsigned N, unsigned Rounds, barrier_variant Variant = barrier_variant::right>
void rounds() {
  static_assert(Rounds <= 4);
  sense_reversing_barrier<N, Variant> barrier;
  std::array<std::array<unsigned, N>, Rounds> written{};
  in_threads<N>([&](unsigned i) {
    bool sense = false;
    for (unsigned round = 0; round < Rounds; ++round) {
      written[round][i] = round + 1;
      barrier.wait(sense);
      heddle::require(written[round][(i + 1) % N] == round + 1, "all have come");
    }
  });
}

HEDDLE_CHECK(barrier_2) { rounds<2, 1>(); }
HEDDLE_CHECK(barrier_3) { rounds<3, 1>(); }
HEDDLE_CHECK(barrier_4) { rounds<4, 1>(); }
HEDDLE_CHECK(barrier_5) { rounds<5, 1>(); }
HEDDLE_CHECK(barrier_2_twice) { rounds<2, 2>(); }
HEDDLE_CHECK(barrier_3_twice) { rounds<3, 2>(); }
HEDDLE_CHECK(barrier_2_thrice) { rounds<2, 3>(); }
HEDDLE_CHECK(barrier_relaxed_sense) { rounds<2, 1, barrier_variant::relaxed_sense>(); }
HEDDLE_CHECK(barrier_relaxed_arrival) { rounds<2, 1, barrier_variant::relaxed_arrival>(); }

/// The next round begins before the count is reset, and its arrival is forgotten.
HEDDLE_CHECK(barrier_reset_after_reversal) {
  rounds<2, 2, barrier_variant::reset_after_reversal>();
}

/// One sense for all rounds, set back by the first of the next round: who is slow misses it.
HEDDLE_CHECK(barrier_without_reversal) {
  std::atomic<unsigned> missing{2};
  std::atomic<bool> open{false};
  in_threads<2>([&](unsigned) {
    for (unsigned round = 0; round < 2; ++round) {
      if (missing.fetch_sub(1, acq_rel) == 1) {
        missing.store(2, relaxed);
        open.store(true, release);
      } else {
        open.store(false, relaxed);
        while (!open.load(acquire)) {
        }
      }
    }
  });
}

}  // namespace
}  // namespace peers
