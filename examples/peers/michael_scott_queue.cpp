// The queue of Michael and Scott (PODC 1996): a linked list with a dummy node at its head, whose
// tail may lag one node behind until somebody helps it on. Nodes are given back when nobody uses
// the queue any more, so that there is no A-B-A; hazard_pointers.cpp is about giving them back
// earlier.
#include <atomic>
#include <heddle/check.hpp>
#include <optional>
#include <utility>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

/// LinkOrder: of the exchange that appends a node. release pairs with the acquire loads of `next`:
/// the node's value is complete for who finds it. Exchange false: the link is stored without
/// looking whether it is still free.
template <std::memory_order LinkOrder = release, bool Exchange = true>
class michael_scott_queue {
 public:
  michael_scott_queue() = default;
  michael_scott_queue(const michael_scott_queue&) = delete;
  michael_scott_queue& operator=(const michael_scott_queue&) = delete;
  ~michael_scott_queue() {
    for (node* at = first_; at != nullptr;) {
      delete std::exchange(at, at->next.load(relaxed));
    }
  }

  void enqueue(int value) {
    node* fresh = new node{value};
    for (;;) {
      node* tail = tail_.load(acquire);
      node* next = tail->next.load(acquire);
      if (next != nullptr) {
        tail_.compare_exchange_strong(tail, next, release, relaxed);
      } else if (link(tail, fresh)) {
        tail_.compare_exchange_strong(tail, fresh, release, relaxed);
        return;
      }
    }
  }

  std::optional<int> dequeue() {
    for (;;) {
      node* head = head_.load(acquire);
      node* tail = tail_.load(acquire);
      node* next = head->next.load(acquire);
      if (next == nullptr) return std::nullopt;
      if (head == tail) {
        tail_.compare_exchange_strong(tail, next, release, relaxed);
      } else if (head_.compare_exchange_strong(head, next, release, relaxed)) {
        return next->value;
      }
    }
  }

 private:
  struct node {
    int value = 0;
    std::atomic<node*> next{nullptr};
  };

  static bool link(node* tail, node* fresh) {
    if constexpr (Exchange) {
      node* none = nullptr;
      return tail->next.compare_exchange_strong(none, fresh, LinkOrder, relaxed);
    } else {
      tail->next.store(fresh, LinkOrder);
      return true;
    }
  }

  node* const first_ = new node;  // all nodes hang on it
  std::atomic<node*> head_{first_}, tail_{first_};
};

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
