// moodycamel::ConcurrentQueue, as Debian ships it: any number of producers and consumers, each
// producer with blocks of its own, found by a token or by its thread. Its order is that of each
// producer alone. Proved for a few operations: with tokens and without, where a producer needs a
// new block and a larger table of producers, in bulk, and where a thread that has ended leaves its
// blocks to another. What the header asks of its users is broken in turn, and the same source is
// compiled again against copies of the header in which one order is weaker.
//
// The traits make what is learnt in a hundred operations happen in a few: blocks of two values,
// tables of two entries.
#include <concurrentqueue/concurrentqueue.h>

#include <heddle/check.hpp>
#include <thread>

namespace {

struct small : moodycamel::ConcurrentQueueDefaultTraits {
  static const size_t BLOCK_SIZE = 2;
  static const size_t EXPLICIT_INITIAL_INDEX_SIZE = 2;
  static const size_t IMPLICIT_INITIAL_INDEX_SIZE = 2;
  static const size_t INITIAL_IMPLICIT_PRODUCER_HASH_SIZE = 2;
};

using queue = moodycamel::ConcurrentQueue<int, small>;
using moodycamel::ConsumerToken;
using moodycamel::ProducerToken;

/// Of 1 and 2, each comes out once.
void expect_both(queue& values) {
  int first = 0, second = 0;
  heddle::require(values.try_dequeue(first) && values.try_dequeue(second), "nothing is lost");
  heddle::require(first + second == 3, "each comes out once");
}

HEDDLE_CHECK(concurrent_queue_by_thread) {
  queue values(4);
  std::thread producer([&] {
    for (int value = 1; value <= 3; ++value) values.enqueue(value);
  });
  int last = 0, value = 0;
  if (values.try_dequeue(value)) heddle::require(value == ++last, "in the producer's order");
  producer.join();
  while (values.try_dequeue(value)) heddle::require(value == ++last, "in the producer's order");
  heddle::require(last == 3, "nothing is lost");
}

HEDDLE_CHECK(concurrent_queue_by_token) {
  queue values(4);
  std::thread producer([&] {
    ProducerToken token(values);
    for (int value = 1; value <= 3; ++value) values.enqueue(token, value);
  });
  ConsumerToken token(values);
  int last = 0, value = 0;
  if (values.try_dequeue(token, value)) heddle::require(value == ++last, "in order");
  producer.join();
  while (values.try_dequeue(token, value)) heddle::require(value == ++last, "in order");
  heddle::require(last == 3, "nothing is lost");
}

/// With the traits that everybody uses.
HEDDLE_CHECK(concurrent_queue_as_it_comes) {
  moodycamel::ConcurrentQueue<int> values;
  std::thread producer([&] { values.enqueue(1); });
  int value = 0;
  const bool found = values.try_dequeue(value);
  producer.join();
  heddle::require(found != values.try_dequeue(value), "it comes out once");
  heddle::require(value == 1);
}

HEDDLE_CHECK(concurrent_queue_two_producers) {
  queue values(4);
  std::thread producer([&] { values.enqueue(1); });
  values.enqueue(2);
  producer.join();
  expect_both(values);
}

HEDDLE_CHECK(concurrent_queue_two_producers_with_tokens) {
  queue values(4);
  ProducerToken mine(values), yours(values);
  std::thread producer([&] { values.enqueue(yours, 1); });
  values.enqueue(mine, 2);
  producer.join();
  expect_both(values);
}

HEDDLE_CHECK(concurrent_queue_two_consumers) {
  queue values(4);
  ProducerToken token(values);
  values.enqueue(token, 1);
  values.enqueue(token, 2);
  int first = 0, second = 0;
  std::thread consumer([&] { heddle::require(values.try_dequeue(first), "there are two"); });
  heddle::require(values.try_dequeue(second), "there are two");
  consumer.join();
  heddle::require(first + second == 3, "each comes out once");
}

/// A consumer that has seen one value may be given the second, which only the other's step orders.
HEDDLE_CHECK(concurrent_queue_producer_and_two_consumers) {
  queue values(4);
  int first = 0, second = 0;
  std::thread producer([&] {
    values.enqueue(1);
    values.enqueue(2);
  });
  std::thread consumer([&] { values.try_dequeue(first); });
  values.try_dequeue(second);
  producer.join();
  consumer.join();
  int rest = 0, value = 0;
  while (values.try_dequeue(value)) rest += value;
  heddle::require(first + second + rest == 3, "each comes out once");
}

HEDDLE_CHECK(concurrent_queue_in_bulk) {
  queue values(4);
  std::thread producer([&] {
    const int batch[] = {1, 2, 3};
    heddle::require(values.enqueue_bulk(batch, 3));
  });
  int seen[3] = {};
  std::size_t count = values.try_dequeue_bulk(seen, 3);
  producer.join();
  count += values.try_dequeue_bulk(seen + count, 3 - count);
  heddle::require(count == 3 && seen[0] == 1 && seen[1] == 2 && seen[2] == 3, "all, in order");
}

/// The blocks of a producer that is gone are the next one's, and its values stay.
HEDDLE_CHECK(concurrent_queue_token_comes_back) {
  queue values(4);
  {
    ProducerToken(values).valid();
  }
  std::thread producer([&] {
    ProducerToken token(values);
    values.enqueue(token, 1);
  });
  ProducerToken token(values);
  values.enqueue(token, 2);
  producer.join();
  expect_both(values);
}

/// "A token is for one thread at a time."
HEDDLE_CHECK(concurrent_queue_token_for_two) {
  queue values(4);
  ProducerToken token(values);
  std::thread producer([&] { values.enqueue(token, 1); });
  values.enqueue(token, 2);
  producer.join();
}

/// There is no order between producers, not even where one has waited for the other.
HEDDLE_CHECK(concurrent_queue_order_of_two) {
  queue values(4);
  std::thread first([&] { values.enqueue(1); });
  first.join();
  std::thread second([&] { values.enqueue(2); });
  second.join();
  int value = 0;
  heddle::require(values.try_dequeue(value), "there are two");
  heddle::require(value == 1, "first in, first out");
}

/// A value that has been enqueued, as a flag says that orders nothing, need not be found.
HEDDLE_CHECK(concurrent_queue_seen_by_a_relaxed_flag) {
  queue values(4);
  std::atomic<bool> there{false};
  std::thread producer([&] {
    values.enqueue(1);
    there.store(true, std::memory_order_relaxed);
  });
  int value = 0;
  if (there.load(std::memory_order_relaxed)) {
    heddle::require(values.try_dequeue(value), "it is there");
  }
  producer.join();
}

}  // namespace
