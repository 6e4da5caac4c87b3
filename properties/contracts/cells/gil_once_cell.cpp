// The contracts of gil_once_cell (<heddle/gil_once_cell.hpp>), GOC-1 to GOC-8: over a plain mutex
// and over heddle's own global lock. The others are in gil_once_cell_lifetime.cpp.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/gil_once_cell.hpp>
#include <heddle/global_lock.hpp>
#include <mutex>
#include <thread>

#include "properties/contracts/cells/tokens.hpp"
#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

enum class gil_flaw { no_second_look, returns_own, waits_attached };

/// Without heddle: a pointer that the lock guards.
template <gil_flaw Flaw>
class flawed_gil_cell {
 public:
  ~flawed_gil_cell() { delete value_; }
  template <typename Initialise>
  int& get_or_init(plain_token token, Initialise&& initialise) {
    if (value_ != nullptr) return *value_;
    if constexpr (Flaw == gil_flaw::waits_attached) {
      std::lock_guard lock(once_);
      if (value_ == nullptr) value_ = new int(initialise());
      return *value_;
    }
    int* mine = new int(initialise());
    if (Flaw != gil_flaw::no_second_look && value_ != nullptr) {
      if constexpr (Flaw == gil_flaw::returns_own) return *mine;  // what others did not get
      delete mine;
    } else {
      value_ = mine;
    }
    static_cast<void>(token);
    return *value_;
  }

 private:
  std::mutex once_;
  int* value_ = nullptr;
};

template <typename Cell>
void written_once() {
  Cell cell;
  int* seen[2] = {};
  auto user = [&](int me) {
    plain_lock lock;
    seen[me] = &cell.get_or_init(lock.token(), [&] {
      call_interpreter(lock.token());
      return me;
    });
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(seen[0] == seen[1], "one write, one object for all");
}

HEDDLE_CHECK(goc_1_written_once) { written_once<heddle::gil_once_cell<int>>(); }
HEDDLE_CHECK(goc_1_no_second_look) { written_once<flawed_gil_cell<gil_flaw::no_second_look>>(); }

HEDDLE_CHECK(goc_2_three_threads_get_one_object) {
  heddle::gil_once_cell<int> cell;
  int* seen[3] = {};
  auto user = [&](int me) {
    plain_lock lock;
    seen[me] = &cell.get_or_init(lock.token(), [&] {
      call_interpreter(lock.token());
      return me;
    });
    heddle::require(cell.get(lock.token()) == seen[me]);
  };
  together([&] { user(0); }, [&] { user(1); }, [&] { user(2); });
  heddle::require(seen[0] == seen[1] && seen[1] == seen[2], "whoever computed it");
}

HEDDLE_CHECK(goc_2_returns_own) { written_once<flawed_gil_cell<gil_flaw::returns_own>>(); }

HEDDLE_CHECK(goc_2_set_gives_back) {
  heddle::gil_once_cell<int> cell;
  plain_lock lock;
  heddle::require(!cell.set(lock.token(), 1) && cell.set(lock.token(), 2) == 2);
  heddle::require(*cell.get(lock.token()) == 1);
}

/// With the real lock: attached in f, after a return and after a throw, also after f detached.
HEDDLE_CHECK(goc_3_attached_throughout) {
  heddle::global_lock lock;
  heddle::gil_once_cell<int> cell;
  auto user = [&](bool throws) {
    heddle::attach_guard guard(lock);
    try {
      cell.get_or_init(guard.token(), [&] {
        heddle::require(lock.is_attached(), "f runs attached");
        if (throws) throw 1;
        heddle::detached(guard.token(), [&] { heddle::require(!lock.is_attached()); });
        return 1;
      });
    } catch (int) {
    }
    heddle::require(lock.is_attached(), "and so is the caller when the call ends");
  };
  together([&] { user(true); }, [&] { user(false); });
}

/// An f that gives up the lock by hand and throws before taking it back breaks the rule.
HEDDLE_CHECK(goc_3_thrown_while_detached) {
  heddle::gil_once_cell<int> cell;
  plain_lock lock;
  try {
    cell.get_or_init(lock.token(), []() -> int {
      --plain_depth;
      plain_mutex.unlock();
      throw 1;
    });
  } catch (int) {
  }
  heddle::require(plain_token::is_current(), "attached after the throw");
}

template <bool Releases, bool Throws>
void count_runs(int expected_max, int expected_at_once) {
  heddle::gil_once_cell<int> cell;
  std::atomic<int> runs{0}, inside{0}, most{0};
  auto user = [&](bool throws) {
    plain_lock lock;
    try {
      cell.get_or_init(lock.token(), [&] {
        ++runs;
        if (++inside > most) most = inside.load();
        if (Releases) call_interpreter(lock.token());
        --inside;
        if (throws) throw 1;
        return 1;
      });
    } catch (int) {
    }
  };
  together([&] { user(Throws); }, [&] { user(false); });
  heddle::require(runs <= expected_max, "f runs no more often than that");
  heddle::require(most <= expected_at_once, "and not at the same time");
}

HEDDLE_CHECK(goc_4_once_if_it_keeps_the_lock) { count_runs<false, false>(1, 1); }
HEDDLE_CHECK(goc_4_one_after_another_if_it_throws) { count_runs<false, true>(2, 1); }
HEDDLE_CHECK(goc_4_not_once_if_it_releases) { count_runs<true, false>(1, 2); }
HEDDLE_CHECK(goc_4_at_once_if_it_releases) { count_runs<true, false>(2, 1); }

/// Who finished first is the winner: later ones find the cell full when they finish.
template <typename Cell>
void first_complete_wins() {
  Cell cell;
  int finished = -1;  // guarded by the lock
  auto user = [&](int me) {
    plain_lock lock;
    const int value = cell.get_or_init(lock.token(), [&] {
      call_interpreter(lock.token());
      if (finished < 0) finished = me;
      return me;
    });
    heddle::require(value == finished, "the first to finish wins");
  };
  together([&] { user(0); }, [&] { user(1); });
}

HEDDLE_CHECK(goc_5_first_complete_wins) { first_complete_wins<heddle::gil_once_cell<int>>(); }
HEDDLE_CHECK(goc_5_no_second_look) {
  first_complete_wins<flawed_gil_cell<gil_flaw::no_second_look>>();
}

HEDDLE_CHECK(goc_5_first_started_loses) {
  heddle::gil_once_cell<int> cell;
  int started = -1;
  auto user = [&](int me) {
    plain_lock lock;
    const int value = cell.get_or_init(lock.token(), [&] {
      if (started < 0) started = me;
      call_interpreter(lock.token());
      return me;
    });
    heddle::require(value == started, "the first to start wins");
  };
  together([&] { user(0); }, [&] { user(1); });
}

HEDDLE_CHECK(goc_6_never_waits) { written_once<heddle::gil_once_cell<int>>(); }
HEDDLE_CHECK(goc_6_waits_attached) { written_once<flawed_gil_cell<gil_flaw::waits_attached>>(); }

/// f of one thread waits, detached, for the other thread's access to the same cell.
HEDDLE_CHECK(goc_6_initialiser_waits_for_the_other) {
  heddle::gil_once_cell<int> cell;
  plain_lock lock;
  cell.get_or_init(lock.token(), [&] {
    heddle::detached(lock.token(), [&] {
      std::thread other([&] {
        plain_lock its;
        cell.get_or_init(its.token(), [] { return 2; });
      });
      other.join();
    });
    return 1;
  });
  heddle::require(*cell.get(lock.token()) == 2, "the inner thread has finished first");
}

HEDDLE_CHECK(goc_7_inner_call_wins) {
  heddle::gil_once_cell<int> cell;
  plain_lock lock;
  const int value = cell.get_or_init(lock.token(), [&] {
    cell.get_or_init(lock.token(), [] { return 2; });
    return 1;
  });
  heddle::require(value == 2 && *cell.get(lock.token()) == 2, "the inner value stays");
}

HEDDLE_CHECK(goc_7_recursion_has_no_end) {
  static heddle::gil_once_cell<int>* shared;
  heddle::gil_once_cell<int> cell;
  shared = &cell;
  plain_lock lock;
  struct deeper {
    plain_token token;
    int depth;
    int operator()() const {
      heddle::require(depth < 100, "it recurs without an end");
      return shared->get_or_init(token, deeper{token, depth + 1});
    }
  };
  cell.get_or_init(lock.token(), deeper{lock.token(), 0});
}

HEDDLE_CHECK(goc_8_throw_leaves_no_trace) {
  heddle::gil_once_cell<int> cell;
  auto user = [&](bool throws) {
    plain_lock lock;
    try {
      cell.get_or_init(lock.token(), [&] {
        call_interpreter(lock.token());
        if (throws) throw 1;
        return 2;
      });
    } catch (int) {
    }
  };
  {
    plain_lock lock;
    heddle::require(cell.get(lock.token()) == nullptr);
  }
  together([&] { user(true); }, [&] { user(false); });
  plain_lock lock;
  heddle::require(*cell.get(lock.token()) == 2, "only the value of who did not throw");
}

/// The same with a flag of its own that is not taken back.
HEDDLE_CHECK(goc_8_throw_leaves_a_flag) {
  bool begun = false;
  int value = 0;
  auto get = [&](bool throws) {
    if (!begun) {
      begun = true;
      if (throws) throw 1;
      value = 2;
    }
    return value;
  };
  try {
    get(true);
  } catch (int) {
  }
  heddle::require(get(false) == 2, "the next caller makes the value");
}

/// The real lock: everything at once.
HEDDLE_CHECK(goc_1_under_the_global_lock) {
  heddle::global_lock lock;
  heddle::gil_once_cell<int> cell;
  int* seen[2] = {};
  auto user = [&](int me) {
    heddle::attach_guard guard(lock);
    seen[me] = &cell.get_or_init(guard.token(), [&] {
      heddle::detached(guard.token(), [] {});
      return me;
    });
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(seen[0] == seen[1]);
}

}  // namespace
}  // namespace cells
