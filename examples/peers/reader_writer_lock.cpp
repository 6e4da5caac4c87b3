// A reader-writer lock in one word, in the manner of the older Linux kernels: the word holds a
// bias; a reader subtracts one, a writer the whole bias. The attempts (try_…) subtract first and
// give back what was too much; the waiting forms look first and then subtract by
// compare-and-exchange, so that nothing is written while they wait.
//
// n threads that attempt: each adds twice to the word, whether it succeeds or not: (2n)! / 2^n
// executions, the orders of the additions.
#include <atomic>
#include <heddle/check.hpp>

#include "examples/peers/threads.hpp"

namespace peers {
namespace {

enum class rw_variant { right, relaxed_read_unlock, relaxed_write_unlock, writer_ignores_readers };

template <rw_variant Variant>
class reader_writer_lock {
 public:
  void lock() {
    int word = 0;
    while (!enter<bias>(word)) word = 0;
  }
  void lock_shared() {
    int word = 0;
    while (!enter<1>(word)) word = 0;
  }
  bool try_lock() {
    if (writer_may_enter(word_.fetch_sub(bias, acquire))) return true;
    word_.fetch_add(bias, relaxed);
    return false;
  }
  bool try_lock_shared() {
    if (word_.fetch_sub(1, acquire) > 0) return true;
    word_.fetch_add(1, relaxed);
    return false;
  }
  // release: pairs with the acquire of who enters next; a writer waits for all readers, whose
  // unlocks are one release sequence.
  void unlock() {
    word_.fetch_add(bias, Variant == rw_variant::relaxed_write_unlock ? relaxed : release);
  }
  void unlock_shared() {
    word_.fetch_add(1, Variant == rw_variant::relaxed_read_unlock ? relaxed : release);
  }

 private:
  static constexpr int bias = 0x100000;
  static bool writer_may_enter(int word) {
    return Variant == rw_variant::writer_ignores_readers ? word > 0 : word == bias;
  }
  // Not inlined, so that a round that fails leaves no trace in the registers of the loop.
  template <int Amount>
  [[gnu::noinline]] bool enter(int& word) {
    word = word_.load(relaxed);
    if (Amount == bias ? !writer_may_enter(word) : word <= 0) return false;
    return word_.compare_exchange_strong(word, word - Amount, acquire, relaxed);
  }

  std::atomic<int> word_{bias};  // bias: free; 0 < word < bias: readers; <= 0: a writer
};

/// Threads below Writers write, the others read; `Waiting` or else by one attempt each.
template <unsigned Writers, unsigned Readers, bool Waiting, rw_variant Variant = rw_variant::right>
void write_and_read() {
  reader_writer_lock<Variant> lock;
  unsigned value = 0;  // guarded by the lock
  in_threads<Writers + Readers>([&](unsigned i) {
    if (i < Writers) {
      if (Waiting) {
        lock.lock();
      } else if (!lock.try_lock()) {
        return;
      }
      ++value;
      lock.unlock();
    } else {
      if (Waiting) {
        lock.lock_shared();
      } else if (!lock.try_lock_shared()) {
        return;
      }
      heddle::require(value <= Writers, "no more than is written");
      lock.unlock_shared();
    }
  });
  heddle::require(!Waiting || value == Writers, "each writer has written");
}

HEDDLE_CHECK(rw_lock_1_writer_1_reader) { write_and_read<1, 1, true>(); }
HEDDLE_CHECK(rw_lock_2_writers) { write_and_read<2, 0, true>(); }
HEDDLE_CHECK(rw_lock_1_writer_2_readers) { write_and_read<1, 2, true>(); }
HEDDLE_CHECK(rw_lock_2_writers_1_reader) { write_and_read<2, 1, true>(); }
HEDDLE_CHECK(rw_try_1_writer_1_reader) { write_and_read<1, 1, false>(); }
HEDDLE_CHECK(rw_try_1_writer_2_readers) { write_and_read<1, 2, false>(); }
HEDDLE_CHECK(rw_try_2_writers_1_reader) { write_and_read<2, 1, false>(); }
HEDDLE_CHECK(rw_lock_relaxed_read_unlock) {
  write_and_read<1, 1, true, rw_variant::relaxed_read_unlock>();
}
HEDDLE_CHECK(rw_lock_relaxed_write_unlock) {
  write_and_read<1, 1, true, rw_variant::relaxed_write_unlock>();
}
HEDDLE_CHECK(rw_lock_writer_ignores_readers) {
  write_and_read<1, 1, true, rw_variant::writer_ignores_readers>();
}
HEDDLE_CHECK(rw_try_writer_ignores_readers) {
  write_and_read<1, 1, false, rw_variant::writer_ignores_readers>();
}

}  // namespace
}  // namespace peers
