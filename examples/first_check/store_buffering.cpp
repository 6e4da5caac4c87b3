// Two threads announce themselves and look for the other. Relaxed, both may miss each other, which
// no interleaving explains: it needs weak memory, and a search under --memory-model sc does not
// find it. With seq_cst at least one of them sees the other.
#include <atomic>
#include <heddle/check.hpp>
#include <thread>

namespace {

template <std::memory_order Order>
void announce_and_look() {
  std::atomic<int> x{0}, y{0};
  int first_sees = -1, second_sees = -1;
  std::thread first([&] {
    x.store(1, Order);
    first_sees = y.load(Order);
  });
  std::thread second([&] {
    y.store(1, Order);
    second_sees = x.load(Order);
  });
  first.join();
  second.join();
  heddle::require(first_sees == 1 || second_sees == 1, "one of two must see the other");
}

HEDDLE_CHECK(store_buffering) { announce_and_look<std::memory_order_seq_cst>(); }

HEDDLE_CHECK(store_buffering_relaxed) { announce_and_look<std::memory_order_relaxed>(); }

}  // namespace
