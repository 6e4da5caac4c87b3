// moodycamel::ReaderWriterQueue, as Debian ships it: one producer, one consumer, blocks of slots in
// a ring, relaxed atomics ordered by fences alone. Proved for a few operations: first in, first
// out, nothing lost, and no slot touched by both at once, also where the producer adds a block. The
// same source is compiled a second time against a copy of the header in which one fence is gone;
// heddle then finds the race.
//
// The header asks whether it is compiled for ThreadSanitizer. g++ 12 does not answer that question,
// and the code is instrumented as it stands. clang answers, and the header adds calls of
// AnnotateHappensBefore and AnnotateHappensAfter beside its fences, since ThreadSanitizer does not
// know fences. heddle does, and gives these calls no meaning, so the fences are what is checked.
// (Before C++17 the header would turn instrumentation off, and nothing could be checked.)
#include <readerwriterqueue/readerwriterqueue.h>

#include <heddle/check.hpp>
#include <thread>

namespace {

HEDDLE_CHECK(reader_writer_queue_in_one_block) {
  moodycamel::ReaderWriterQueue<int> values(2);
  std::thread producer([&] {
    heddle::require(values.try_enqueue(1), "there is room for two");
    heddle::require(values.try_enqueue(2), "there is room for two");
  });
  int last = 0, value = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (values.try_dequeue(value)) heddle::require(value == ++last, "first in, first out");
  }
  producer.join();
  while (values.try_dequeue(value)) heddle::require(value == ++last, "first in, first out");
  heddle::require(last == 2, "nothing is lost");
}

/// One slot: the second value needs a new block, unless the first has been taken.
HEDDLE_CHECK(reader_writer_queue_grows) {
  moodycamel::ReaderWriterQueue<int, 2> values(1);
  std::thread producer([&] {
    heddle::require(values.enqueue(1));
    heddle::require(values.enqueue(2));
  });
  int last = 0, value = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (values.try_dequeue(value)) heddle::require(value == ++last, "first in, first out");
  }
  producer.join();
  while (values.try_dequeue(value)) heddle::require(value == ++last, "first in, first out");
  heddle::require(last == 2, "nothing is lost");
}

/// The producer comes round to a slot that the consumer has left.
HEDDLE_CHECK(reader_writer_queue_wraps_round) {
  moodycamel::ReaderWriterQueue<int, 2> values(1);
  int pushed = 0, popped = 0, value = 0;
  std::thread producer([&] {
    for (int attempt = 0; attempt < 3; ++attempt) {
      if (values.try_enqueue(pushed + 1)) ++pushed;
    }
  });
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (values.try_dequeue(value)) heddle::require(value == ++popped, "first in, first out");
  }
  producer.join();
  while (values.try_dequeue(value)) heddle::require(value == ++popped, "first in, first out");
  heddle::require(popped == pushed, "nothing is lost");
}

/// The producer's side is handed from one thread to another, by a join.
HEDDLE_CHECK(reader_writer_queue_third_thread) {
  moodycamel::ReaderWriterQueue<int> values(2);
  std::thread producer([&] {
    std::thread earlier([&] { heddle::require(values.try_enqueue(1)); });
    earlier.join();
    heddle::require(values.try_enqueue(2));
  });
  int last = 0, value = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (values.try_dequeue(value)) heddle::require(value == ++last, "first in, first out");
  }
  producer.join();
}

/// size_approx is for the producer and the consumer. A third thread may see the consumer's step
/// before the producer's, and is told of more values than there are slots in use.
HEDDLE_CHECK(reader_writer_queue_counted_by_third_thread) {
  moodycamel::ReaderWriterQueue<int> values(2);
  std::thread producer([&] { values.try_enqueue(1); });
  std::thread observer(
      [&] { heddle::require(values.size_approx() <= 1, "only one value was ever there"); });
  int value = 0;
  values.try_dequeue(value);
  producer.join();
  observer.join();
}

}  // namespace
