// The header of tbb::concurrent_queue, as Debian ships it: eight queues of pages, chosen by a
// ticket that producers and consumers take from two counters, so that a consumer may have to wait
// for the producer whose ticket it has.
//
// Three functions of TBB's library that the header calls are defined here, instrumented: two that
// allocate, one that throws. With the library's own, heddle can judge nothing: its allocator asks
// the kernel for memory (tbb_library.cpp). Proved for a few operations; destroying too early and
// clearing while others work are found, and the same source is compiled again against copies of
// the header in which one order is weaker.
#include <oneapi/tbb/concurrent_queue.h>

#include <heddle/check.hpp>
#include <new>
#include <thread>

namespace tbb::detail::r1 {

constexpr std::align_val_t cache_line{128};

void* __TBB_EXPORTED_FUNC cache_aligned_allocate(std::size_t size) {
  return ::operator new(size, cache_line);
}

void __TBB_EXPORTED_FUNC cache_aligned_deallocate(void* memory) {
  ::operator delete(memory, cache_line);
}

void __TBB_EXPORTED_FUNC throw_exception(d0::exception_id) { throw std::bad_alloc(); }

}  // namespace tbb::detail::r1

namespace {

using queue = tbb::concurrent_queue<int>;

HEDDLE_CHECK(tbb_queue_push_pop) {
  queue values;
  std::thread producer([&] {
    values.push(1);
    values.push(2);
  });
  int last = 0, value = 0;
  if (values.try_pop(value)) heddle::require(value == ++last, "first in, first out");
  producer.join();
  while (values.try_pop(value)) heddle::require(value == ++last, "first in, first out");
  heddle::require(last == 2, "nothing is lost");
}

HEDDLE_CHECK(tbb_queue_two_push) {
  queue values;
  std::thread producer([&] { values.push(1); });
  values.push(2);
  producer.join();
  int first = 0, second = 0;
  heddle::require(values.try_pop(first) && values.try_pop(second), "nothing is lost");
  heddle::require(first + second == 3, "each value comes out once");
}

HEDDLE_CHECK(tbb_queue_two_pop) {
  queue values;
  values.push(1);
  values.push(2);
  int first = 0, second = 0;
  std::thread consumer([&] { heddle::require(values.try_pop(first), "there are two"); });
  heddle::require(values.try_pop(second), "there are two");
  consumer.join();
  heddle::require(first + second == 3, "each value comes out once");
}

HEDDLE_CHECK(tbb_queue_three_threads) {
  queue values;
  int popped = 0, value = 0;
  std::thread first([&] { values.push(1); });
  std::thread second([&] { values.push(2); });
  if (values.try_pop(value)) popped += value;
  first.join();
  second.join();
  while (values.try_pop(value)) popped += value;
  heddle::require(popped == 3, "each value comes out once");
}

/// The ninth value goes where the first was: producer and consumer meet in one of the eight queues.
HEDDLE_CHECK(tbb_queue_meets_in_one_of_eight) {
  queue values;
  for (int value = 1; value <= 8; ++value) values.push(value);
  std::thread producer([&] { values.push(9); });
  int last = 0, value = 0;
  heddle::require(values.try_pop(value) && value == ++last, "first in, first out");
  producer.join();
  while (values.try_pop(value)) heddle::require(value == ++last, "first in, first out");
  heddle::require(last == 9, "nothing is lost");
}

/// "Clear the queue. not thread-safe", says the header.
HEDDLE_CHECK(tbb_queue_cleared_meanwhile) {
  queue values;
  values.push(1);
  std::thread consumer([&] {
    int value = 0;
    values.try_pop(value);
  });
  values.clear();
  consumer.join();
}

HEDDLE_CHECK(tbb_queue_destroyed_too_early) {
  std::thread producer;
  {
    queue values;
    producer = std::thread([&] { values.push(1); });
  }
  producer.join();
}

}  // namespace
