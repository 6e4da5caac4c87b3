// The queue of Michael and Scott (PODC 1996): a linked list with a dummy node at its head, whose
// tail may lag one node behind until somebody helps it on. Nodes are given back when nobody uses
// the queue any more, so that there is no A-B-A; hazard_pointers.cpp is about giving them back
// earlier.
#pragma once

#include <atomic>
#include <optional>
#include <utility>

#include "examples/peers/threads.hpp"

namespace peers {

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

}  // namespace peers
