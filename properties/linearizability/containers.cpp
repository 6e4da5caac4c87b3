// Queues and stacks as one order of puts and takes: Michael and Scott's queue, Treiber's stack, a
// ring of two ends, and moodycamel's ConcurrentQueue, which promises the order of each producer
// alone. Each beside a sibling that loses, invents or misorders values.
#include <concurrentqueue/concurrentqueue.h>

#include <array>
#include <atomic>

#include "examples/peers/michael_scott_queue.hpp"
#include "examples/peers/treiber_stack.hpp"
#include "properties/linearizability/support.hpp"

namespace linear {
namespace {

using fifo = container<discipline::queue>;
using lifo = container<discipline::stack>;

/// `Container` with put(int) and std::optional<int> take(), used by a thread with a column.
template <class Container>
struct user {
  Container& container;
  transfers::line& line;
  void puts(int value) {
    line.call(put(value), [&] { container.put(value); });
  }
  std::optional<int> takes() {
    return line.call(take, [&] { return container.take(); });
  }
};

/// Two threads that put one value in and take one out.
template <class Container, class Spec>
void in_and_out() {
  Container container;
  transfers history;
  at_once(
      history,
      [&](auto& line) {
        user me{container, line};
        me.puts(1);
        me.takes();
      },
      [&](auto& line) {
        user me{container, line};
        me.puts(2);
        me.takes();
      });
  heddle::require_linearizable(Spec(), history);
}

/// One puts two values in, another takes twice, and main what is left.
template <class Container, class Spec>
void put_twice_take_twice() {
  Container container;
  transfers history;
  at_once(
      history,
      [&](auto& line) {
        user me{container, line};
        me.puts(1);
        me.puts(2);
      },
      [&](auto& line) {
        user me{container, line};
        me.takes();
        me.takes();
      });
  user rest{container, history.column("main")};
  while (rest.takes()) {
  }
  heddle::require_linearizable(Spec(), history);
}

template <bool Exchange>
struct linked_queue {
  void put(int value) { queue.enqueue(value); }
  std::optional<int> take() { return queue.dequeue(); }
  peers::michael_scott_queue<peers::release, Exchange> queue;
};

HEDDLE_CHECK(queue_in_and_out) { in_and_out<linked_queue<true>, fifo>(); }
HEDDLE_CHECK(queue_put_twice_take_twice) { put_twice_take_twice<linked_queue<true>, fifo>(); }
HEDDLE_CHECK(queue_is_no_stack) { put_twice_take_twice<linked_queue<true>, lifo>(); }
/// The link is stored without looking whether it is still free: a value is lost.
HEDDLE_CHECK(queue_link_stored) { in_and_out<linked_queue<false>, fifo>(); }

/// A node for each value from 1 to 3.
struct linked_stack {
  void put(int value) {
    nodes[value].value = value;
    stack.push(&nodes[value]);
  }
  std::optional<int> take() {
    const peers::stack_node* top = stack.pop();
    return top == nullptr ? std::nullopt : std::optional(top->value);
  }
  std::array<peers::stack_node, 4> nodes;
  // acq_rel: a node's value may be written again by who has popped it.
  peers::treiber_stack<std::memory_order_acq_rel> stack;
};

HEDDLE_CHECK(stack_in_and_out) { in_and_out<linked_stack, lifo>(); }
HEDDLE_CHECK(stack_put_twice_take_twice) { put_twice_take_twice<linked_stack, lifo>(); }
HEDDLE_CHECK(stack_is_no_queue) { put_twice_take_twice<linked_stack, fifo>(); }

/// A-B-A: a node is popped and pushed again while another thread pops it.
HEDDLE_CHECK(stack_a_b_a) {
  linked_stack stack;
  transfers history;
  user main{stack, history.column("main")};
  main.puts(2);
  main.puts(1);
  at_once(
      history, [&](auto& line) { user{stack, line}.takes(); },
      [&](auto& line) {
        user me{stack, line};
        if (me.takes() != 1) return;
        me.takes();
        // The node of 1, whose value is what it was: nobody reads what is no longer in the stack.
        line.call(put(1), [&] { stack.stack.push(&stack.nodes[1]); });
      });
  while (main.takes()) {
  }
  heddle::require_linearizable(lifo(), history);
}

/// One producer, one consumer. PublishOrder: of the count of values that are there; release pairs
/// with the acquire of take. Relaxed, a slot may be read as it was: the value that was never put.
template <std::memory_order PublishOrder>
struct ring {
  void put(int value) {
    const unsigned at = end.load(std::memory_order_relaxed);
    slots[at].store(value, std::memory_order_relaxed);
    end.store(at + 1, PublishOrder);
  }
  std::optional<int> take() {
    if (begin == end.load(std::memory_order_acquire)) return std::nullopt;
    return slots[begin++].load(std::memory_order_relaxed);
  }
  std::array<std::atomic<int>, 4> slots{};
  std::atomic<unsigned> end{0};
  unsigned begin = 0;  // the consumer's
};

HEDDLE_CHECK(ring_put_twice_take_twice) {
  put_twice_take_twice<ring<std::memory_order_release>, fifo>();
}
/// No data race, and no order of the threads' steps shows it.
HEDDLE_CHECK(ring_published_relaxed) {
  put_twice_take_twice<ring<std::memory_order_relaxed>, fifo>();
}

struct many_producers {
  void put(int value) { queue.enqueue(value); }
  std::optional<int> take() {
    int value = 0;
    return queue.try_dequeue(value) ? std::optional(value) : std::nullopt;
  }
  moodycamel::ConcurrentQueue<int> queue;
};

HEDDLE_CHECK(concurrent_queue_of_one_producer) { put_twice_take_twice<many_producers, fifo>(); }

/// Two producers, of which one has waited for the other: no queue in the sense of a specification.
HEDDLE_CHECK(concurrent_queue_of_two_producers) {
  many_producers queue;
  transfers history;
  at_once(history, [&](auto& line) { user{queue, line}.puts(1); });
  at_once(history, [&](auto& line) { user{queue, line}.puts(2); });
  user main{queue, history.column("main")};
  while (main.takes()) {
  }
  heddle::require_linearizable(fifo(), history);
}

}  // namespace
}  // namespace linear
