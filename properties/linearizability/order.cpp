// What "before" means: a set of two flags, of which the order of the operations alone, or an order
// that the program makes, decides what a history may look like.
#include <array>
#include <atomic>

#include "properties/linearizability/support.hpp"

namespace linear {
namespace {

struct look {
  int element = 0;
  bool adds = false;
};

std::string describe(const look& what) {
  return (what.adds ? "add " : "contains ") + std::to_string(what.element);
}

/// A set of two elements to which can be added.
struct two_elements {
  std::array<bool, 2> in{};

  bool apply(const look& what) {
    if (what.adds) return in[what.element] = true;
    return in[what.element];
  }
  bool operator==(const two_elements&) const = default;
};

using looks = heddle::history<look, bool>;

/// The set: a flag for each element. StoreOrder, LoadOrder: seq_cst, or what is weaker.
template <std::memory_order StoreOrder, std::memory_order LoadOrder>
class flags {
 public:
  void add(looks::line& line, int element) {
    line.call({element, true}, [&] {
      in_[element].store(true, StoreOrder);
      return true;
    });
  }
  void look(looks::line& line, int element) {
    line.call({element, false}, [&] { return in_[element].load(LoadOrder); });
  }

 private:
  std::array<std::atomic<bool>, 2> in_{};
};

using ordered = flags<std::memory_order_seq_cst, std::memory_order_seq_cst>;
using published = flags<std::memory_order_release, std::memory_order_acquire>;

/// Each adds an element and then misses the other's: with release and acquire both may.
template <class Set>
void add_and_look() {
  Set set;
  looks history;
  at_once(
      history,
      [&](auto& line) {
        set.add(line, 0);
        set.look(line, 1);
      },
      [&](auto& line) {
        set.add(line, 1);
        set.look(line, 0);
      });
  heddle::require_linearizable(two_elements(), history);
}

HEDDLE_CHECK(set_add_and_look) { add_and_look<ordered>(); }
HEDDLE_CHECK(set_add_and_look_published) { add_and_look<published>(); }

/// Two readers that see two additions in opposite orders.
template <class Set>
void two_readers() {
  Set set;
  looks history;
  at_once(
      history, [&](auto& line) { set.add(line, 0); }, [&](auto& line) { set.add(line, 1); },
      [&](auto& line) {
        set.look(line, 0);
        set.look(line, 1);
      },
      [&](auto& line) {
        set.look(line, 1);
        set.look(line, 0);
      });
  heddle::require_linearizable(two_elements(), history);
}

HEDDLE_CHECK(set_two_readers) { two_readers<ordered>(); }
HEDDLE_CHECK(set_two_readers_published) { two_readers<published>(); }

/// One thread adds and says so by a flag that orders nothing, another looks. Whether it did so
/// after the addition had returned, by the clock, and yet missed it.
bool misses_what_came_before_by_the_clock(looks& history) {
  flags<std::memory_order_relaxed, std::memory_order_relaxed> set;
  std::atomic<bool> done{false};
  bool late = false;
  at_once(
      history,
      [&](auto& line) {
        set.add(line, 0);
        done.store(true, std::memory_order_relaxed);
      },
      [&](auto& line) {
        late = done.load(std::memory_order_relaxed);
        set.look(line, 0);
      });
  return late && !*history.columns()[1].entries()[0].result;
}

/// Whichever ran first on the machine, nothing orders them: the reader came first.
HEDDLE_CHECK(before_is_not_wall_time) {
  looks history;
  misses_what_came_before_by_the_clock(history);
  heddle::require_linearizable(two_elements(), history);
}

/// The execution that a clock would judge otherwise exists: this is it.
HEDDLE_CHECK(before_by_wall_time_would_fail) {
  looks history;
  heddle::require(!misses_what_came_before_by_the_clock(history),
                  "what has returned by the clock is seen");
}

/// The flag orders: what is added happens before the look. The set itself may be as weak as it
/// likes, coherence sees to it.
HEDDLE_CHECK(before_is_happens_before) {
  flags<std::memory_order_relaxed, std::memory_order_relaxed> set;
  std::atomic<bool> done{false};
  looks history;
  at_once(
      history,
      [&](auto& line) {
        set.add(line, 0);
        done.store(true, std::memory_order_release);
      },
      [&](auto& line) {
        if (done.load(std::memory_order_acquire)) set.look(line, 0);
      });
  heddle::require_linearizable(two_elements(), history);
}

/// A set that forgets: its answer is out of date where the flag has ordered it.
HEDDLE_CHECK(before_is_happens_before_and_missed) {
  std::atomic<bool> done{false};
  looks history;
  at_once(
      history,
      [&](auto& line) {
        line.call({0, true}, [] { return true; });
        done.store(true, std::memory_order_release);
      },
      [&](auto& line) {
        if (done.load(std::memory_order_acquire)) line.call({0, false}, [] { return false; });
      });
  heddle::require_linearizable(two_elements(), history);
}

/// Neither orders nor executions are added by recording: as many executions as without.
template <bool Recorded>
void store_buffering() {
  std::array<std::atomic<int>, 2> x{};
  looks history;
  at_once(
      history,
      [&](auto& line) {
        const auto body = [&] {
          x[0].store(1, std::memory_order_relaxed);
          return x[1].load(std::memory_order_relaxed) != 0;
        };
        Recorded ? line.call({0, true}, body) : body();
      },
      [&](auto& line) {
        const auto body = [&] {
          x[1].store(1, std::memory_order_relaxed);
          return x[0].load(std::memory_order_relaxed) != 0;
        };
        Recorded ? line.call({1, true}, body) : body();
      });
}

HEDDLE_CHECK(recording_adds_no_execution) { store_buffering<true>(); }
HEDDLE_CHECK(recording_adds_no_execution_without) { store_buffering<false>(); }

/// A race stays one, though what races is recorded.
HEDDLE_CHECK(recording_orders_nothing) {
  int plain = 0;
  looks history;
  const auto body = [&](auto& line) {
    line.call({0, true}, [&] {
      ++plain;
      return true;
    });
  };
  at_once(history, body, body);
}

/// Who asks before the threads have ended races with what they record.
HEDDLE_CHECK(asking_too_early) {
  looks history;
  auto& line = history.column("other");
  std::thread other([&] { line.call({0, true}, [] { return true; }); });
  heddle::require_linearizable(two_elements(), history);
  other.join();
}

/// What is recorded before an exploration has no place in the order of an execution.
const looks recorded_outside = [] {
  looks history;
  history.column("before main").call({0, true}, [] { return true; });
  return history;
}();

HEDDLE_CHECK(recorded_partly_outside) {
  looks history = recorded_outside;
  history.column("main").call({0, false}, [] { return true; });
  heddle::require_linearizable(two_elements(), history);
}

/// An operation that throws may have taken effect or not.
HEDDLE_CHECK(pending_took_effect_or_not) {
  looks history;
  auto& line = history.column("main");
  const bool effect = heddle::choose(2) != 0;
  try {
    line.call({0, true}, []() -> bool { throw 1; });
  } catch (int) {
  }
  auto& later = history.column("later");
  later.call({0, false}, [&] { return effect; });
  heddle::require_linearizable(two_elements(), history);
}

/// … but not both: what was seen stays.
HEDDLE_CHECK(pending_taken_back) {
  looks history;
  auto& line = history.column("main");
  try {
    line.call({0, true}, []() -> bool { throw 1; });
  } catch (int) {
  }
  auto& later = history.column("later");
  later.call({0, false}, [] { return true; });
  later.call({0, false}, [] { return false; });
  heddle::require_linearizable(two_elements(), history);
}

}  // namespace
}  // namespace linear
