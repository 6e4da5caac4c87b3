// The header-only locks of TBB, as Debian ships them: spin_mutex (an exchange in a loop with longer
// and longer pauses), queuing_mutex (each thread waits on a word of its own) and spin_rw_mutex
// (readers share). Proved for two and three threads, with tries beside; a lock taken twice by its
// thread is found, and the same source is compiled again against copies of the headers in which one
// order is weaker.
//
// tbb::mutex and tbb::rw_mutex sleep in libtbb.so, which is not instrumented: see the folder's
// README.
#include <oneapi/tbb/queuing_mutex.h>
#include <oneapi/tbb/spin_mutex.h>
#include <oneapi/tbb/spin_rw_mutex.h>

#include <heddle/check.hpp>
#include <thread>
#include <vector>

namespace {

template <typename Mutex>
void count_under_lock(int threads) {
  Mutex mutex;
  int count = 0;
  auto increment = [&] {
    typename Mutex::scoped_lock lock(mutex);
    ++count;
  };
  std::vector<std::thread> others;
  for (int other = 1; other < threads; ++other) others.emplace_back(increment);
  increment();
  for (std::thread& other : others) other.join();
  heddle::require(count == threads, "no increment is lost");
}

HEDDLE_CHECK(tbb_spin_mutex_2) { count_under_lock<tbb::spin_mutex>(2); }
HEDDLE_CHECK(tbb_spin_mutex_3) { count_under_lock<tbb::spin_mutex>(3); }
HEDDLE_CHECK(tbb_queuing_mutex_2) { count_under_lock<tbb::queuing_mutex>(2); }
HEDDLE_CHECK(tbb_queuing_mutex_3) { count_under_lock<tbb::queuing_mutex>(3); }
HEDDLE_CHECK(tbb_spin_rw_mutex_2_writers) { count_under_lock<tbb::spin_rw_mutex>(2); }

/// Who does not get the lock goes on without it.
template <typename Mutex>
void count_if_free() {
  Mutex mutex;
  int count = 0, successes = 0;
  std::thread other([&] {
    typename Mutex::scoped_lock lock;
    if (!lock.try_acquire(mutex)) return;
    ++count;
    lock.release();
  });
  {
    typename Mutex::scoped_lock lock;
    if (lock.try_acquire(mutex)) {
      ++count;
      ++successes;
    }
  }
  other.join();
  heddle::require(count >= 1 && count <= 2 && successes <= count, "one of them gets it");
}

HEDDLE_CHECK(tbb_spin_mutex_try) { count_if_free<tbb::spin_mutex>(); }
HEDDLE_CHECK(tbb_queuing_mutex_try) { count_if_free<tbb::queuing_mutex>(); }

HEDDLE_CHECK(tbb_spin_rw_mutex_reader_and_writer) {
  tbb::spin_rw_mutex mutex;
  int first = 0, second = 0;
  std::thread writer([&] {
    tbb::spin_rw_mutex::scoped_lock lock(mutex, true);
    ++first;
    ++second;
  });
  {
    tbb::spin_rw_mutex::scoped_lock lock(mutex, false);
    heddle::require(first == second, "a reader sees no half of it");
  }
  writer.join();
}

/// Of two readers that want to write, one has to let the other go first, and is told.
HEDDLE_CHECK(tbb_spin_rw_mutex_upgraded) {
  tbb::spin_rw_mutex mutex;
  int count = 0;
  auto increment = [&] {
    tbb::spin_rw_mutex::scoped_lock lock(mutex, false);
    const int before = count;
    if (lock.upgrade_to_writer()) heddle::require(count == before, "nobody was in between");
    ++count;
  };
  std::thread other(increment);
  increment();
  other.join();
  heddle::require(count == 2, "no increment is lost");
}

/// The same without listening to what upgrade_to_writer answers.
HEDDLE_CHECK(tbb_spin_rw_mutex_upgraded_and_not_asked) {
  tbb::spin_rw_mutex mutex;
  int count = 0;
  auto increment = [&] {
    tbb::spin_rw_mutex::scoped_lock lock(mutex, false);
    const int before = count;
    lock.upgrade_to_writer();
    count = before + 1;
  };
  std::thread other(increment);
  increment();
  other.join();
  heddle::require(count == 2, "no increment is lost");
}

/// What a reader must not do.
HEDDLE_CHECK(tbb_spin_rw_mutex_reader_writes) {
  tbb::spin_rw_mutex mutex;
  int count = 0;
  auto increment = [&] {
    tbb::spin_rw_mutex::scoped_lock lock(mutex, false);
    ++count;
  };
  std::thread other(increment);
  increment();
  other.join();
}

HEDDLE_CHECK(tbb_queuing_mutex_taken_twice) {
  tbb::queuing_mutex mutex;
  tbb::queuing_mutex::scoped_lock lock(mutex), again;
  again.acquire(mutex);
}

/// The two locks in either order.
HEDDLE_CHECK(tbb_queuing_mutex_crossed) {
  tbb::queuing_mutex one, two;
  std::thread other([&] { tbb::queuing_mutex::scoped_lock second(two), first(one); });
  {
    tbb::queuing_mutex::scoped_lock first(one), second(two);
  }
  other.join();
}

}  // namespace
