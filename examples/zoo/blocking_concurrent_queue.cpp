// moodycamel::BlockingConcurrentQueue, as Debian ships it: ConcurrentQueue and a semaphore that
// counts its values, of the operating system's kind beneath a spinning one. Proved for a few
// operations: who waits gets what another enqueues. A consumer too many waits for ever, and heddle
// says so.
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <chrono>
#include <heddle/check.hpp>
#include <thread>

namespace {

struct small : moodycamel::ConcurrentQueueDefaultTraits {
  static const size_t BLOCK_SIZE = 2;
  static const size_t EXPLICIT_INITIAL_INDEX_SIZE = 2;
  static const size_t IMPLICIT_INITIAL_INDEX_SIZE = 2;
  static const size_t INITIAL_IMPLICIT_PRODUCER_HASH_SIZE = 2;
  /// How often the semaphore looks before it waits: 10,000 times by default.
  static const int MAX_SEMA_SPINS = 0;
};

using queue = moodycamel::BlockingConcurrentQueue<int, small>;

HEDDLE_CHECK(blocking_queue_hands_over) {
  queue values(4);
  int payload = 0;
  std::thread producer([&] {
    payload = 42;
    values.enqueue(1);
  });
  int value = 0;
  values.wait_dequeue(value);
  heddle::require(value == 1 && payload == 42, "what was done before comes with it");
  producer.join();
}

HEDDLE_CHECK(blocking_queue_two_values) {
  queue values(4);
  std::thread producer([&] {
    values.enqueue(1);
    values.enqueue(2);
  });
  int first = 0, second = 0;
  values.wait_dequeue(first);
  values.wait_dequeue(second);
  heddle::require(first == 1 && second == 2, "first in, first out");
  producer.join();
}

HEDDLE_CHECK(blocking_queue_two_consumers) {
  queue values(4);
  int first = 0, second = 0;
  std::thread consumer([&] { values.wait_dequeue(first); });
  values.enqueue(1);
  values.enqueue(2);
  values.wait_dequeue(second);
  consumer.join();
  heddle::require(first + second == 3, "each comes out once");
}

HEDDLE_CHECK(blocking_queue_timed) {
  queue values(4);
  std::thread producer([&] { values.enqueue(1); });
  int value = 0;
  const bool in_time = values.wait_dequeue_timed(value, std::chrono::seconds(1));
  producer.join();
  heddle::require(in_time != values.try_dequeue(value), "it comes out once");
}

HEDDLE_CHECK(blocking_queue_timed_can_be_late) {
  queue values(4);
  std::thread producer([&] { values.enqueue(1); });
  int value = 0;
  heddle::require(values.wait_dequeue_timed(value, std::chrono::seconds(1)), "it is late");
  producer.join();
}

HEDDLE_CHECK(blocking_queue_one_value_for_two) {
  queue values(4);
  int first = 0, second = 0;
  std::thread consumer([&] { values.wait_dequeue(first); });
  std::thread producer([&] { values.enqueue(1); });
  values.wait_dequeue(second);
  consumer.join();
  producer.join();
}

}  // namespace
