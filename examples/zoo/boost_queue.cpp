// boost::lockfree::queue, as Debian ships it: the queue of Michael and Scott with a free list of
// nodes, both with a counter beside the pointer against the ABA problem. Proved with one producer
// and one consumer, for nodes in an array (16-bit indices) and on the heap, also where a node comes
// back through the free list; and with two producers as long as none of their nodes comes from
// the free list.
//
// Otherwise two threads on one side race in the unmodified header, for the reason that
// examples/third_party tells of boost::lockfree::stack: the free list keeps its `next` as a plain
// field in the same bytes as the atomic `next` of the node. A producer reads the one while another
// that was quicker writes the other (two_push); a consumer that is late reads the atomic `next` of
// a node that the quicker one has given back (two_pop). What was read is thrown away, since the
// compare-and-exchange that follows fails; to the standard it is undefined behaviour all the same.
//
// The same source is compiled again against copies of the header in which one order is weaker.
#include <boost/lockfree/queue.hpp>
#include <heddle/check.hpp>
#include <thread>

namespace {

template <std::size_t Capacity>
using array_queue = boost::lockfree::queue<int, boost::lockfree::capacity<Capacity>>;
using heap_queue = boost::lockfree::queue<int>;

template <typename Queue>
void push_and_pop(Queue& values) {
  std::thread producer([&] {
    heddle::require(values.push(1), "there is room for two");
    heddle::require(values.push(2), "there is room for two");
  });
  int last = 0, value = 0;
  if (values.pop(value)) heddle::require(value == ++last, "first in, first out");
  producer.join();
  while (values.pop(value)) heddle::require(value == ++last, "first in, first out");
  heddle::require(last == 2, "nothing is lost");
}

HEDDLE_CHECK(boost_queue_in_array) {
  array_queue<2> values;
  push_and_pop(values);
}

HEDDLE_CHECK(boost_queue_on_heap) {
  heap_queue values(0);
  push_and_pop(values);
}

/// Two nodes beside the dummy: the third value needs one that the consumer has given back.
HEDDLE_CHECK(boost_queue_reuses_nodes) {
  array_queue<2> values;
  values.push(1);
  bool pushed = false;
  std::thread producer([&] {
    heddle::require(values.push(2), "there is room for two");
    pushed = values.push(3);
  });
  int value = 0;
  heddle::require(values.pop(value) && value == 1, "first in, first out");
  producer.join();
  heddle::require(values.pop(value) && value == 2, "first in, first out");
  heddle::require(values.pop(value) == pushed, "what was pushed comes out");
}

/// Each producer's node comes from the heap.
HEDDLE_CHECK(boost_queue_two_push_new_nodes) {
  heap_queue values(0);
  std::thread producer([&] { values.push(1); });
  values.push(2);
  producer.join();
  int first = 0, second = 0;
  heddle::require(values.pop(first) && values.pop(second), "nothing is lost");
  heddle::require(first + second == 3, "each value comes out once");
}

HEDDLE_CHECK(boost_queue_two_push) {
  array_queue<2> values;
  std::thread producer([&] { values.push(1); });
  values.push(2);
  producer.join();
  int first = 0, second = 0;
  heddle::require(values.pop(first) && values.pop(second), "nothing is lost");
  heddle::require(first + second == 3, "each value comes out once");
}

HEDDLE_CHECK(boost_queue_two_pop) {
  array_queue<2> values;
  values.push(1);
  values.push(2);
  int first = 0, second = 0;
  std::thread consumer([&] { values.pop(first); });
  values.pop(second);
  consumer.join();
  heddle::require(first + second == 3, "each value comes out once");
}

/// What the header asks of its user: "construction/destruction has to be synchronized".
HEDDLE_CHECK(boost_queue_destroyed_too_early) {
  std::thread producer;
  {
    heap_queue values(1);
    producer = std::thread([&] { values.push(1); });
  }
  producer.join();
}

}  // namespace
