// Treiber's stack (1986): a linked list whose top is exchanged by compare-and-exchange.
#pragma once

#include <atomic>

namespace peers {

/// What a stack is made of.
struct stack_node {
  int value = 0;
  std::atomic<stack_node*> next{nullptr};
};

/// Nodes belong to the caller. Popped and pushed again while another thread pops, a node
/// breaks the stack (A-B-A): pop's exchange succeeds with a `next` that is out of date.
template <std::memory_order PublishOrder>
class treiber_stack {
 public:
  void push(stack_node* fresh) {
    stack_node* top = top_.load(std::memory_order_relaxed);
    do {
      fresh->next.store(top, std::memory_order_relaxed);
      // PublishOrder: release, pairs with the acquire of pop; the node is complete for who sees it.
    } while (!top_.compare_exchange_strong(top, fresh, PublishOrder, std::memory_order_relaxed));
  }

  stack_node* pop() {
    stack_node* top = top_.load(std::memory_order_acquire);
    while (top != nullptr) {
      stack_node* next = top->next.load(std::memory_order_relaxed);
      if (top_.compare_exchange_strong(top, next, std::memory_order_acquire,
                                       std::memory_order_acquire)) {
        break;
      }
    }
    return top;
  }

 private:
  std::atomic<stack_node*> top_{nullptr};
};

}  // namespace peers
