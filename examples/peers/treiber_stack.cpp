// Treiber's stack (treiber_stack.hpp) under all interleavings.
//
// n threads that push once: n! * 2^(n (n - 1) / 2) executions. Fix the order of the successful
// exchanges. The thread at position k (from 0) reads the top once, and again by each exchange that
// fails; what it reads climbs through some of the k earlier tops in their order and ends at the
// last, where its exchange succeeds: one execution for each set of earlier tops, 2^k, and the
// product over all k.
#include "examples/peers/treiber_stack.hpp"

#include <array>
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

using node = stack_node;

template <unsigned N>
void pushes() {
  treiber_stack<std::memory_order_release> stack;
  std::array<node, N> nodes;
  in_threads<N>([&](unsigned i) {
    nodes[i].value = 1;
    stack.push(&nodes[i]);
  });
  int sum = 0;
  while (const node* top = stack.pop()) sum += top->value;
  heddle::require(sum == N, "each value comes out once");
}

HEDDLE_CHECK(treiber_pushes_2) { pushes<2>(); }
HEDDLE_CHECK(treiber_pushes_3) { pushes<3>(); }
HEDDLE_CHECK(treiber_pushes_4) { pushes<4>(); }

/// n threads push and pop one node each.
template <unsigned N, std::memory_order PublishOrder>
void push_and_pop() {
  treiber_stack<PublishOrder> stack;
  std::array<node, N> nodes;
  std::array<std::atomic<int>, N> taken{};
  in_threads<N>([&](unsigned i) {
    nodes[i].value = static_cast<int>(i);
    stack.push(&nodes[i]);
    const node* got = stack.pop();
    heddle::require(got != nullptr, "there are as many nodes as pops");
    heddle::require(taken[got->value].fetch_add(1, std::memory_order_relaxed) == 0,
                    "a node is popped once");
  });
}

HEDDLE_CHECK(treiber_push_pop_2) { push_and_pop<2, std::memory_order_release>(); }
HEDDLE_CHECK(treiber_push_pop_3) { push_and_pop<3, std::memory_order_release>(); }
HEDDLE_CHECK(treiber_push_pop_without_release) { push_and_pop<2, std::memory_order_relaxed>(); }

/// One thread pops; another pops two nodes and pushes the first of them again.
HEDDLE_CHECK(treiber_a_b_a) {
  treiber_stack<std::memory_order_acq_rel> stack;
  std::array<node, 2> nodes;
  std::array<std::atomic<bool>, 2> owned{};
  const auto pop = [&] {
    node* got = stack.pop();
    if (got != nullptr) {
      heddle::require(!owned[got - nodes.data()].exchange(true, std::memory_order_relaxed),
                      "a node is popped while another owns it");
    }
    return got;
  };
  stack.push(&nodes[1]);
  stack.push(&nodes[0]);
  in_threads<2>([&](unsigned i) {
    if (i == 0) {
      pop();
    } else if (node* first = pop()) {
      pop();
      owned[first - nodes.data()].store(false, std::memory_order_relaxed);
      stack.push(first);
    }
  });
  while (pop() != nullptr) {
  }
}

}  // namespace
}  // namespace peers
