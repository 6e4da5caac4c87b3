// boost::lockfree::stack, as Debian ships it: a linked stack with a free list of nodes, both with a
// counter beside the pointer against the ABA problem. Proved with one pushing and one popping
// thread, for nodes in an array (16-bit indices) and nodes on the heap (pointers with a 16-bit
// tag).
//
// With two threads on the same side heddle finds a data race in the unmodified header: a thread
// reads the `next` of the top node, which another has popped meanwhile and writes (pop: the free
// list; push: the new node). The value so read is thrown away, since the compare-and-exchange that
// follows fails, but to the standard it is a race of plain accesses and undefined behaviour. The
// same source is compiled a second time against a copy of the header in which one memory order is
// weaker; heddle then finds a race with one thread on each side as well.
#include <boost/lockfree/stack.hpp>
#include <heddle/check.hpp>
#include <thread>

namespace {

using array_stack = boost::lockfree::stack<int, boost::lockfree::capacity<2>>;
using heap_stack = boost::lockfree::stack<int>;

template <typename Stack>
void push_and_pop(Stack& values) {
  int sum = 0, popped = 0;
  auto count = [&](int value) {
    sum += value;
    ++popped;
  };
  std::thread pusher([&] {
    heddle::require(values.push(1), "there is a node left");
    heddle::require(values.push(2), "there is a node left");
  });
  values.consume_one(count);
  values.consume_one(count);
  pusher.join();
  values.consume_all(count);
  heddle::require(popped == 2 && sum == 3, "each value comes out once");
}

HEDDLE_CHECK(stack_in_array) {
  array_stack values;
  push_and_pop(values);
}

HEDDLE_CHECK(stack_on_heap) {
  heap_stack values(2);
  push_and_pop(values);
}

/// The free list runs empty, and a node comes back to it while the pusher asks for one.
HEDDLE_CHECK(stack_reuses_nodes) {
  boost::lockfree::stack<int, boost::lockfree::capacity<1>> values;
  values.push(1);
  int seen = 0;
  bool pushed = false;
  std::thread pusher([&] { pushed = values.push(2); });
  heddle::require(values.pop(seen), "the stack is not empty");
  pusher.join();
  int rest = 0;
  const bool more = values.pop(rest);
  heddle::require(more == pushed, "what was pushed comes out");
  heddle::require(seen == 1 && (!more || rest == 2), "in the order of the stack");
}

/// A third thread may look at any time.
HEDDLE_CHECK(stack_third_thread_looks) {
  array_stack values;
  int seen = 0;
  std::thread pusher([&] { values.push(1); });
  std::thread observer([&] { (void)values.empty(); });
  const bool popped = values.pop(seen);
  pusher.join();
  observer.join();
  heddle::require(popped == values.empty(), "popped or still there");
}

HEDDLE_CHECK(stack_two_pop) {
  array_stack values;
  values.push(1);
  values.push(2);
  int first = 0, second = 0;
  std::thread popper([&] { values.pop(first); });
  values.pop(second);
  popper.join();
  heddle::require(first + second == 3, "each value comes out once");
}

HEDDLE_CHECK(stack_two_push) {
  array_stack values;
  std::thread pusher([&] { values.push(1); });
  values.push(2);
  pusher.join();
  int first = 0, second = 0;
  values.pop(first);
  values.pop(second);
  heddle::require(first + second == 3, "each value comes out once");
}

}  // namespace
