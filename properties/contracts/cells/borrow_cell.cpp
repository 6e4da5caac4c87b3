// The contracts of borrow_cell (<heddle/borrow_cell.hpp>), BF-1 to BF-3, each beside the same check
// of a cell with one mistake. No lock is involved.
#include <atomic>
#include <heddle/borrow_cell.hpp>
#include <heddle/check.hpp>
#include <thread>

#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

enum class borrow_flaw { looks_then_marks, waits, released_relaxed };

/// The counts of a borrow cell around an int.
template <borrow_flaw Flaw>
class flawed_borrow {
 public:
  bool begin_reading() {
    int seen = borrows_.load(std::memory_order_relaxed);
    do {
      if (seen < 0) return false;
    } while (!borrows_.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire));
    return true;
  }
  void end_reading() {
    borrows_.fetch_sub(1, Flaw == borrow_flaw::released_relaxed ? std::memory_order_relaxed
                                                                : std::memory_order_release);
  }
  bool begin_changing() {
    if constexpr (Flaw == borrow_flaw::looks_then_marks) {
      if (borrows_.load(std::memory_order_acquire) != 0) return false;
      borrows_.store(-1, std::memory_order_relaxed);
      return true;
    }
    int nobody = 0;
    while (!borrows_.compare_exchange_strong(nobody, -1, std::memory_order_acquire)) {
      if (Flaw != borrow_flaw::waits) return false;
      nobody = 0;
      std::this_thread::yield();
    }
    return true;
  }
  void end_changing() { borrows_.store(0, std::memory_order_release); }

  int value = 0;

 private:
  std::atomic<int> borrows_{0};
};

/// Two parts that are equal except during a change.
struct pair {
  int first = 0, second = 0;
};

HEDDLE_CHECK(bf_1_reader_or_writer) {
  heddle::borrow_cell<pair> cell;
  together(
      [&] {
        if (auto mine = cell.try_borrow_mut()) {
          ++(*mine)->first;
          ++(*mine)->second;
        }
      },
      [&] {
        if (auto seen = cell.try_borrow()) {
          heddle::require((*seen)->first == (*seen)->second, "nobody changes what is read");
        }
      });
}

HEDDLE_CHECK(bf_1_one_writer) {
  heddle::borrow_cell<pair> cell;
  int changes[2] = {};
  auto user = [&](int me) {
    if (auto mine = cell.try_borrow_mut()) changes[me] = ++(*mine)->first;
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(cell.borrow()->first == (changes[0] != 0) + (changes[1] != 0));
  heddle::require(changes[0] + changes[1] >= 1, "one of two succeeds");
}

HEDDLE_CHECK(bf_1_readers_and_a_writer) {
  heddle::borrow_cell<pair> cell;
  auto reader = [&] {
    if (auto seen = cell.try_borrow()) heddle::require((*seen)->first == (*seen)->second);
  };
  together(reader, reader, [&] {
    if (auto mine = cell.try_borrow_mut()) {
      ++(*mine)->first;
      ++(*mine)->second;
    }
  });
}

HEDDLE_CHECK(bf_1_looks_then_marks) {
  flawed_borrow<borrow_flaw::looks_then_marks> cell;
  auto user = [&] {
    if (cell.begin_changing()) {
      ++cell.value;
      cell.end_changing();
    }
  };
  together(user, user);
}

HEDDLE_CHECK(bf_2_conflict_is_an_answer) {
  heddle::borrow_cell<pair> cell;
  {
    auto reading = cell.borrow();
    heddle::require(!cell.try_borrow_mut() && cell.try_borrow(), "readers go together");
    try {
      static_cast<void>(cell.borrow_mut());
      heddle::require(false, "a conflict throws");
    } catch (const heddle::borrow_conflict&) {
    }
    auto moved = std::move(reading);
    heddle::require(!cell.try_borrow_mut(), "a borrow is moved, not ended");
  }
  {
    auto changing = cell.borrow_mut();
    heddle::require(!cell.try_borrow_mut() && !cell.try_borrow(), "a writer is alone");
  }
  heddle::require(cell.try_borrow_mut().has_value(), "all have ended");
}

/// Who waits for himself.
HEDDLE_CHECK(bf_2_waits_for_itself) {
  flawed_borrow<borrow_flaw::waits> cell;
  if (cell.begin_reading() && cell.begin_changing()) cell.end_changing();
}

/// The end of a read happens before the change that it made possible, and the change before the
/// next read, though nothing else orders the two.
HEDDLE_CHECK(bf_3_ends_are_ordered) {
  heddle::borrow_cell<int> cell;
  auto user = [&] {
    if (auto seen = cell.try_borrow()) heddle::require(**seen >= 0);
    if (auto mine = cell.try_borrow_mut()) ++**mine;
  };
  together(user, user);
}

HEDDLE_CHECK(bf_3_released_relaxed) {
  flawed_borrow<borrow_flaw::released_relaxed> cell;
  together(
      [&] {
        if (cell.begin_reading()) {
          heddle::require(cell.value >= 0);
          cell.end_reading();
        }
      },
      [&] {
        if (cell.begin_changing()) {
          ++cell.value;
          cell.end_changing();
        }
      });
}

HEDDLE_CHECK(bf_2_destroyed_while_borrowed) {
  auto* cell = new heddle::borrow_cell<int>;
  auto reading = cell->borrow();
  delete cell;
}

}  // namespace
}  // namespace cells
