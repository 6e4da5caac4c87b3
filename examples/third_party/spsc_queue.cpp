// boost::lockfree::spsc_queue, as Debian ships it: one producer, one consumer, a ring buffer with
// two atomic indices. Proved for a few operations: what comes out is what went in, in order, and no
// slot is touched by both threads at once. The same source is compiled a second time against a copy
// of the header in which one memory order is weaker; heddle then finds the race.
#include <boost/lockfree/spsc_queue.hpp>
#include <heddle/check.hpp>
#include <thread>

namespace {

template <typename T, std::size_t Capacity>
using queue = boost::lockfree::spsc_queue<T, boost::lockfree::capacity<Capacity>>;

HEDDLE_CHECK(spsc_queue_push_pop) {
  queue<int, 2> values;
  std::thread producer([&] {
    heddle::require(values.push(1), "there is room for two");
    heddle::require(values.push(2), "there is room for two");
  });
  int last = 0;
  for (int attempt = 0; attempt < 3; ++attempt) {
    int value = 0;
    if (values.pop(value)) heddle::require(value == ++last, "first in, first out");
  }
  producer.join();
  int value = 0;
  while (values.pop(value)) heddle::require(value == ++last, "first in, first out");
  heddle::require(last == 2, "nothing is lost");
}

/// The producer comes round to a slot that the consumer has left.
HEDDLE_CHECK(spsc_queue_wraps_round) {
  queue<int, 1> values;
  int pushed = 0, popped = 0;
  std::thread producer([&] {
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (values.push(pushed + 1)) ++pushed;
    }
  });
  for (int attempt = 0; attempt < 3; ++attempt) {
    int value = 0;
    if (values.pop(value)) heddle::require(value == ++popped, "first in, first out");
  }
  producer.join();
  int value = 0;
  while (values.pop(value)) heddle::require(value == ++popped, "first in, first out");
  heddle::require(popped == pushed, "nothing is lost");
}

HEDDLE_CHECK(spsc_queue_in_bulk) {
  queue<int, 3> values;
  std::thread producer([&] {
    const int batch[] = {1, 2};
    heddle::require(values.push(batch, 2) == 2, "there is room for three");
    values.push(3);
  });
  int seen = 0;
  auto consume = [&](int value) { heddle::require(value == ++seen, "first in, first out"); };
  values.consume_all(consume);
  values.consume_all(consume);
  producer.join();
  values.consume_all(consume);
  heddle::require(seen == 3, "nothing is lost");
}

/// A third thread fills the queue before the producer exists, and hands it over by being joined.
HEDDLE_CHECK(spsc_queue_third_thread) {
  queue<int, 2> values;
  std::thread filler([&] { values.push(1); });
  filler.join();
  std::thread producer([&] { values.push(2); });
  std::thread consumer([&] {
    int value = 0;
    heddle::require(values.pop(value) && value == 1, "what was there before comes first");
    if (values.pop(value)) heddle::require(value == 2, "then the rest");
  });
  producer.join();
  consumer.join();
}

}  // namespace
