// Michael and Scott's queue under all interleavings: what goes in comes out, once and in order.
#include "examples/peers/michael_scott_queue.hpp"

#include <array>
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

/// n producers of one value each.
template <unsigned N, typename Queue>
void enqueues() {
  Queue queue;
  in_threads<N>([&](unsigned i) { queue.enqueue(1 << i); });
  int sum = 0;
  while (const auto value = queue.dequeue()) sum += *value;
  heddle::require(sum == (1 << N) - 1, "each value comes out once");
}

HEDDLE_CHECK(michael_scott_enqueues_2) { enqueues<2, michael_scott_queue<>>(); }
HEDDLE_CHECK(michael_scott_enqueues_3) { enqueues<3, michael_scott_queue<>>(); }
HEDDLE_CHECK(michael_scott_link_stored) { enqueues<2, michael_scott_queue<release, false>>(); }

/// One producer of n values, one consumer that looks n times.
template <int N, typename Queue>
void in_order() {
  Queue queue;
  in_threads<2>([&](unsigned i) {
    int last = 0;
    for (int k = 1; k <= N; ++k) {
      if (i == 0) {
        queue.enqueue(k);
      } else if (const auto value = queue.dequeue()) {
        heddle::require(*value == ++last, "first in, first out");
      }
    }
  });
}

HEDDLE_CHECK(michael_scott_in_order_1) { in_order<1, michael_scott_queue<>>(); }
HEDDLE_CHECK(michael_scott_in_order_2) { in_order<2, michael_scott_queue<>>(); }
HEDDLE_CHECK(michael_scott_in_order_3) { in_order<3, michael_scott_queue<>>(); }
HEDDLE_CHECK(michael_scott_without_release) { in_order<1, michael_scott_queue<relaxed>>(); }

/// n threads that each put one value in and take one out.
template <unsigned N>
void in_and_out() {
  michael_scott_queue<> queue;
  std::array<std::atomic<int>, N> taken{};
  in_threads<N>([&](unsigned i) {
    queue.enqueue(static_cast<int>(i));
    const auto value = queue.dequeue();
    heddle::require(value.has_value(), "there are as many values as looks");
    heddle::require(taken[*value].fetch_add(1, relaxed) == 0, "a value comes out once");
  });
}

HEDDLE_CHECK(michael_scott_in_and_out_2) { in_and_out<2>(); }

}  // namespace
}  // namespace peers
