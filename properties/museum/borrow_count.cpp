// A borrow count that was released too cheaply (PyO3 pull request 4948, commit 1e2aae308).
//
// Python objects that Rust code owns are borrowed by a count: readers add one, a writer may begin
// when there are none. When the global lock went away the count became atomic, and the end of a
// reader's borrow subtracted with relaxed order: what is a lost penny compared with a lock? But a
// writer that sees no readers, and begins, has no order with the reads that have just ended: they
// may happen after its writes. Nothing goes wrong on x86, and no test found it.
#include <atomic>
#include <heddle/borrow_cell.hpp>
#include <heddle/check.hpp>
#include <thread>

namespace museum {
namespace {

template <typename Read, typename Write>
void one_reader_one_writer(Read&& read, Write&& write) {
  std::thread reader(read);
  write();
  reader.join();
}

template <std::memory_order Release>
void count_released_with() {
  std::atomic<int> borrows{0};
  int value = 0;
  one_reader_one_writer(
      [&] {
        int seen = borrows.load(std::memory_order_relaxed);
        if (seen >= 0 && borrows.compare_exchange_strong(seen, seen + 1)) {
          heddle::require(value == 0 || value == 1);
          borrows.fetch_sub(1, Release);
        }
      },
      [&] {
        int nobody = 0;
        if (borrows.compare_exchange_strong(nobody, -1)) {
          value = 1;
          borrows.store(0, std::memory_order_release);
        }
      });
}

HEDDLE_CHECK(borrow_count_relaxed) { count_released_with<std::memory_order_relaxed>(); }
HEDDLE_CHECK(borrow_count_cure) { count_released_with<std::memory_order_release>(); }

HEDDLE_CHECK(borrow_count_cure_borrow_cell) {
  heddle::borrow_cell<int> cell;
  one_reader_one_writer(
      [&] {
        if (auto seen = cell.try_borrow()) heddle::require(**seen == 0 || **seen == 1);
      },
      [&] {
        if (auto mine = cell.try_borrow_mut()) **mine = 1;
      });
}

}  // namespace
}  // namespace museum
