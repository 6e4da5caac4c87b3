// TBB with its own library, which is not instrumented and has an allocator of its own: heddle
// cannot judge it, and says why. What it says is what is checked here.
#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/mutex.h>

#include <heddle/check.hpp>
#include <thread>

namespace {

/// The queue's memory comes from tbbmalloc, which asks the kernel.
HEDDLE_CHECK(tbb_library_queue) {
  tbb::concurrent_queue<int> values;
  std::thread producer([&] { values.push(1); });
  int value = 0;
  values.try_pop(value);
  producer.join();
}

/// The mutex sleeps and wakes in the library, which spins and waits by words of its own.
HEDDLE_CHECK(tbb_library_mutex) {
  tbb::mutex mutex;
  int count = 0;
  auto increment = [&] {
    tbb::mutex::scoped_lock lock(mutex);
    ++count;
  };
  std::thread other(increment);
  increment();
  other.join();
  heddle::require(count == 2, "no increment is lost");
}

HEDDLE_CHECK(tbb_library_bounded_queue) {
  tbb::concurrent_bounded_queue<int> values;
  values.set_capacity(1);
  std::thread producer([&] { values.push(1); });
  int value = 0;
  values.pop(value);
  producer.join();
}

}  // namespace
