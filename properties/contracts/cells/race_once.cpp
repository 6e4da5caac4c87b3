// The contracts of race_once (<heddle/race_once.hpp>), RC-1 to RC-3, each beside the same check of
// a cell with one mistake.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/race_once.hpp>
#include <memory>

#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

enum class race_flaw { none, stores, returns_own, keeps_loser, relaxed };

template <typename T, race_flaw Flaw>
class flawed_race {
 public:
  ~flawed_race() { delete value_.load(std::memory_order_relaxed); }

  T* get() { return value_.load(std::memory_order_acquire); }

  template <typename Initialise>
  T& get_or_init(Initialise&& initialise) {
    if (T* found = get()) return *found;
    auto mine = std::make_unique<T>(initialise());
    if constexpr (Flaw == race_flaw::stores) {
      value_.store(mine.get(), std::memory_order_release);
      return *mine.release();
    }
    T* winner = nullptr;
    // For the flaw, without the release that others' acquire pairs with.
    constexpr auto order =
        Flaw == race_flaw::relaxed ? std::memory_order_acquire : std::memory_order_acq_rel;
    if (value_.compare_exchange_strong(winner, mine.get(), order, std::memory_order_acquire)) {
      return *mine.release();
    }
    if constexpr (Flaw == race_flaw::returns_own) return *mine.release();
    if constexpr (Flaw == race_flaw::keeps_loser) static_cast<void>(mine.release());
    return *winner;
  }

 private:
  std::atomic<T*> value_{nullptr};
};

template <typename Cell>
void first_wins() {
  Cell cell;
  int* seen[2] = {};
  int* kept[2] = {};
  auto user = [&](int me) {
    seen[me] = &cell.get_or_init([&] { return me; });
    kept[me] = cell.get();
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(kept[0] == seen[0] && kept[1] == seen[1], "the cell is written once");
  heddle::require(seen[0] == seen[1], "all get the winner's object");
}

HEDDLE_CHECK(rc_1_first_wins) { first_wins<heddle::race_once<int>>(); }
HEDDLE_CHECK(rc_1_stores) { first_wins<flawed_race<int, race_flaw::stores>>(); }

HEDDLE_CHECK(rc_1_three_threads) {
  heddle::race_once<int> cell;
  int* seen[3] = {};
  auto user = [&](int me) { seen[me] = &cell.get_or_init([&] { return me; }); };
  together([&] { user(0); }, [&] { user(1); }, [&] { user(2); });
  heddle::require(seen[0] == seen[1] && seen[1] == seen[2]);
}

HEDDLE_CHECK(rc_1_set_gives_back) {
  heddle::race_once<int> cell;
  bool placed[2] = {};
  auto user = [&](int me) {
    const auto rejected = cell.set(me);
    heddle::require(!rejected || *rejected == me, "a value that is not placed comes back");
    placed[me] = !rejected;
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(placed[0] != placed[1] && *cell.get() == (placed[0] ? 0 : 1));
}

/// Counts how many live; heddle itself finds the leaks.
struct counted {
  explicit counted(std::atomic<int>& alive) : alive_(&alive) { ++*alive_; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --*alive_; }
  std::atomic<int>* alive_;
};

template <typename Cell>
void loser_gets_the_winner() {
  std::atomic<int> alive{0};
  {
    Cell cell;
    counted* seen[2] = {};
    auto user = [&](int me) { seen[me] = &cell.get_or_init([&] { return counted(alive); }); };
    together([&] { user(0); }, [&] { user(1); });
    heddle::require(seen[0] == seen[1], "who loses gets the winner's object");
    heddle::require(alive == 1, "and has destroyed its own");
  }
  heddle::require(alive == 0);
}

HEDDLE_CHECK(rc_2_loser_gets_the_winner) { loser_gets_the_winner<heddle::race_once<counted>>(); }
HEDDLE_CHECK(rc_2_returns_own) { first_wins<flawed_race<int, race_flaw::returns_own>>(); }
HEDDLE_CHECK(rc_2_keeps_loser) { first_wins<flawed_race<int, race_flaw::keeps_loser>>(); }

template <typename Cell>
void value_is_seen_whole() {
  Cell cell;
  auto user = [&](int me) {
    heddle::require(cell.get_or_init([&] { return 10 + me; }) >= 10, "the value is complete");
  };
  together([&] { user(0); }, [&] { user(1); });
}

HEDDLE_CHECK(rc_3_value_is_seen_whole) { value_is_seen_whole<heddle::race_once<int>>(); }
template <typename Cell>
void get_sees_it_whole() {
  heddle::race_once<int> cell;
  Cell& read = cell;
  together([&] { cell.get_or_init([] { return 42; }); },
           [&] {
             if (const int* value = read.get()) heddle::require(*value == 42);
           });
}

HEDDLE_CHECK(rc_3_get_sees_it_whole) { get_sees_it_whole<heddle::race_once<int>>(); }
HEDDLE_CHECK(rc_3_const_get_sees_it_whole) { get_sees_it_whole<const heddle::race_once<int>>(); }
HEDDLE_CHECK(rc_3_relaxed) { value_is_seen_whole<flawed_race<int, race_flaw::relaxed>>(); }

HEDDLE_CHECK(rc_3_exception_leaves_nothing) {
  heddle::race_once<int> cell;
  together(
      [&] {
        try {
          cell.get_or_init([]() -> int { throw 1; });
          // Not reached with an empty cell; with a full one nothing is run.
        } catch (int) {
        }
      },
      [&] { cell.get_or_init([] { return 2; }); });
  heddle::require(*cell.get() == 2);
}

}  // namespace
}  // namespace cells
