// The queue of Michael and Scott of libcds, with hazard pointers, as Debian ships it. The queue
// itself and the hazard pointers' guards are headers, and are checked; the scan that decides
// what may be freed is in libcds.so, which is not instrumented: it runs natively, and heddle
// neither explores what it could have read nor sees a race with it. What it frees goes through
// heddle's heap, so that a use after it is found.
//
// libcds wants to be initialised once and each thread to be attached: each execution does both, and
// begins with the library as it was before main (library_state.hpp).
//
// The same source is compiled again against copies of the header in which one order is weaker.
#include <cds/container/msqueue.h>
#include <cds/gc/hp.h>
#include <cds/init.h>

#include <heddle/check.hpp>
#include <memory>
#include <thread>

#include "examples/zoo/library_state.hpp"

namespace {

const library_state fresh_libcds("libcds");

/// The library's life, and main's in it.
class library {
 public:
  library() {
    cds::gc::hp::smr::construct(2, 3);  // hazard pointers of a thread, threads
    cds::gc::hp::smr::attach_thread();
  }
  /// Detaches all threads that are still attached, and frees what was retired.
  ~library() { cds::gc::hp::smr::destruct(true); }
  library(const library&) = delete;
  library& operator=(const library&) = delete;

 private:
  struct initialised {
    initialised() {
      fresh_libcds.restore();
      fresh_libcds.restore_thread();
      cds::Initialize();
    }
    ~initialised() { cds::Terminate(); }
  } initialised_;
};

/// A thread that libcds knows. It stays attached until the library ends: to detach is to scan, and
/// to hand its record to the next thread, unseen.
template <typename Work>
std::thread attached(Work work) {
  return std::thread([work] {
    fresh_libcds.restore_thread();
    cds::gc::hp::smr::attach_thread();
    work();
  });
}

using queue = cds::container::MSQueue<cds::gc::HP, int>;

HEDDLE_CHECK(cds_queue_push_pop) {
  library cds;
  queue values;
  std::thread producer = attached([&] {
    values.enqueue(1);
    values.enqueue(2);
  });
  int last = 0, value = 0;
  if (values.dequeue(value)) heddle::require(value == ++last, "first in, first out");
  producer.join();
  while (values.dequeue(value)) heddle::require(value == ++last, "first in, first out");
  heddle::require(last == 2, "nothing is lost");
}

HEDDLE_CHECK(cds_queue_two_push) {
  library cds;
  queue values;
  std::thread producer = attached([&] { values.enqueue(1); });
  values.enqueue(2);
  producer.join();
  int first = 0, second = 0;
  heddle::require(values.dequeue(first) && values.dequeue(second), "nothing is lost");
  heddle::require(first + second == 3, "each value comes out once");
}

HEDDLE_CHECK(cds_queue_two_pop) {
  library cds;
  queue values;
  values.enqueue(1);
  values.enqueue(2);
  int first = 0, second = 0;
  std::thread consumer = attached([&] { heddle::require(values.dequeue(first)); });
  heddle::require(values.dequeue(second), "there are two");
  consumer.join();
  heddle::require(first + second == 3, "each value comes out once");
}

HEDDLE_CHECK(cds_queue_three_threads) {
  library cds;
  queue values;
  int popped = 0, value = 0;
  std::thread first = attached([&] { values.enqueue(1); });
  std::thread second = attached([&] { values.enqueue(2); });
  if (values.dequeue(value)) popped += value;
  first.join();
  second.join();
  while (values.dequeue(value)) popped += value;
  heddle::require(popped == 3, "each value comes out once");
}

/// What is not seen: the consumer's detaching frees what is retired, after a look at the hazard
/// pointers that heddle does not see; so it sees no order between main's last look and the end of
/// the node, and says that they race.
HEDDLE_CHECK(cds_queue_scan_is_not_seen) {
  library cds;
  queue values;
  values.enqueue(1);
  values.enqueue(2);
  int first = 0, second = 0;
  std::thread consumer = attached([&] {
    heddle::require(values.dequeue(first));
    cds::gc::hp::smr::detach_thread();
  });
  heddle::require(values.dequeue(second), "there are two");
  consumer.join();
}

/// The queue's words are atomic, but not its end: that is for one thread alone.
HEDDLE_CHECK(cds_queue_destroyed_too_early) {
  library cds;
  auto values = std::make_unique<queue>();
  std::thread producer = attached([&queue = *values] { queue.enqueue(1); });
  values.reset();
  producer.join();
}

/// A thread that libcds does not know has no hazard pointers.
HEDDLE_CHECK(cds_queue_thread_not_attached) {
  library cds;
  queue values;
  std::thread producer([&] { values.enqueue(1); });
  producer.join();
}

}  // namespace
