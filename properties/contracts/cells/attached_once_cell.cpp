// The contracts of attached_once_cell (<heddle/attached_once_cell.hpp>), POL-1 to POL-6. Beside
// each what goes wrong when the wait, or the order, is another one.
#include <atomic>
#include <heddle/attached_once_cell.hpp>
#include <heddle/check.hpp>
#include <heddle/gil_once_cell.hpp>
#include <heddle/global_lock.hpp>
#include <heddle/once_cell.hpp>
#include <thread>

#include "properties/contracts/cells/flawed_once.hpp"
#include "properties/contracts/cells/tokens.hpp"
#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

using heddle::attached_once_cell;

HEDDLE_CHECK(pol_1_one_success) {
  attached_once_cell<int> cell;
  int runs = 0;
  int* seen[2] = {};
  auto user = [&](int me) {
    plain_lock lock;
    seen[me] = &cell.get_or_init(lock.token(), [&] {
      call_interpreter(lock.token());
      return ++runs;
    });
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(runs == 1 && seen[0] == seen[1] && *seen[0] == 1, "exactly one f succeeds");
}

/// The cell that never waits promises something else.
HEDDLE_CHECK(pol_1_racing_cell_runs_twice) {
  heddle::gil_once_cell<int> cell;
  int runs = 0;
  auto user = [&] {
    plain_lock lock;
    cell.get_or_init(lock.token(), [&] {
      call_interpreter(lock.token());
      return ++runs;
    });
  };
  together(user, user);
  heddle::require(runs == 1, "exactly one f succeeds");
}

/// f detaches: a thread that waited attached would keep it from attaching again.
HEDDLE_CHECK(pol_2_waits_detached) {
  attached_once_cell<int> cell;
  auto user = [&] {
    plain_lock lock;
    heddle::require(cell.get_or_init(lock.token(), [&] {
      call_interpreter(lock.token());
      return 1;
    }) == 1);
  };
  together(user, user);
}

HEDDLE_CHECK(pol_2_waits_attached) {
  heddle::once_cell<int> cell;
  auto user = [&] {
    plain_lock lock;
    heddle::require(cell.get_or_init([&] {
      call_interpreter(lock.token());
      return 1;
    }) == 1);
  };
  together(user, user);
}

HEDDLE_CHECK(pol_3_attached_throughout) {
  heddle::global_lock lock;
  attached_once_cell<int> cell;
  int runs = 0;
  auto user = [&] {
    heddle::attach_guard guard(lock);
    cell.get_or_init(guard.token(), [&] {
      heddle::require(lock.is_attached(), "f runs attached");
      heddle::detached(guard.token(), [] {});
      return ++runs;
    });
    heddle::require(lock.is_attached(), "the caller is attached again");
    heddle::require(runs == 1);  // which only an attached thread may read
  };
  together(user, user);
}

/// Released by hand around the wait, and not taken back by who only waited.
HEDDLE_CHECK(pol_3_returns_detached) {
  heddle::once_cell<int> cell;
  int uses = 0;
  auto user = [&] {
    plain_mutex.lock();
    plain_mutex.unlock();
    bool ran = false;
    cell.get_or_init([&] {
      plain_mutex.lock();
      ran = true;
      return 1;
    });
    ++uses;  // guarded by the lock
    if (ran) plain_mutex.unlock();
  };
  together(user, user);
}

HEDDLE_CHECK(pol_4_throw_reopens_attached) {
  attached_once_cell<int> cell;
  int tries = 0;
  auto user = [&] {
    plain_lock lock;
    try {
      cell.get_or_init(lock.token(), [&] {
        call_interpreter(lock.token());
        if (++tries == 1) throw 1;
        return tries;
      });
    } catch (int) {
    }
    heddle::require(plain_token::is_current(), "attached after the throw");
  };
  together(user, user);
  plain_lock lock;
  heddle::require(tries == 2 && *cell.get(lock.token()) == 2, "the other thread makes it");
}

/// What an exception must not leave behind: a cell that is being initialised for ever.
HEDDLE_CHECK(pol_4_throw_keeps_it_running) {
  flawed_once<int, flaw::keeps_running> cell;
  plain_lock lock;
  try {
    cell.get_or_init([]() -> int { throw 1; });
  } catch (int) {
  }
  heddle::detached(lock.token(), [&] { cell.get_or_init([] { return 2; }); });
}

HEDDLE_CHECK(pol_4_nested_attach_is_restored) {
  heddle::global_lock lock;
  attached_once_cell<int> cell;
  auto user = [&](bool throws) {
    heddle::attach_guard outer(lock);
    heddle::attach_guard inner(lock);
    try {
      cell.get_or_init(inner.token(), [&] {
        if (throws) throw 1;
        return 1;
      });
    } catch (int) {
    }
    heddle::require(lock.is_attached());
  };  // the guards say so if they do not end in order
  together([&] { user(true); }, [&] { user(false); });
}

/// Two cells that need each other, begun by two threads. One thread is told; the other makes both.
HEDDLE_CHECK(pol_5_cycle_is_reported) {
  attached_once_cell<int> a, b;
  int reports = 0;  // guarded by the lock
  auto user = [&](attached_once_cell<int>& outer, attached_once_cell<int>& inner) {
    plain_lock lock;
    try {
      outer.get_or_init(lock.token(), [&] {
        call_interpreter(lock.token());
        return inner.get_or_init(lock.token(), [] { return 1; }) + 1;
      });
    } catch (const heddle::initialisation_cycle&) {
      ++reports;
    }
  };
  together([&] { user(a, b); }, [&] { user(b, a); });
  plain_lock lock;
  heddle::require(a.get(lock.token()) != nullptr && b.get(lock.token()) != nullptr && reports <= 1);
}

HEDDLE_CHECK(pol_5_cycle_happens) {
  attached_once_cell<int> a, b;
  auto user = [&](attached_once_cell<int>& outer, attached_once_cell<int>& inner) {
    plain_lock lock;
    outer.get_or_init(lock.token(), [&] {
      call_interpreter(lock.token());
      return inner.get_or_init(lock.token(), [] { return 1; }) + 1;
    });
  };
  together([&] { user(a, b); }, [&] { user(b, a); });
}

/// Along a DAG nothing is reported: two threads, one inner cell.
HEDDLE_CHECK(pol_5_dag_is_no_cycle) {
  attached_once_cell<int> a, b, shared;
  auto user = [&](attached_once_cell<int>& outer) {
    plain_lock lock;
    outer.get_or_init(lock.token(), [&] {
      return shared.get_or_init(lock.token(), [&] {
        call_interpreter(lock.token());
        return 1;
      });
    });
  };
  together([&] { user(a); }, [&] { user(b); });
}

HEDDLE_CHECK(pol_5_recursion_is_reported) {
  attached_once_cell<int> cell;
  plain_lock lock;
  try {
    cell.get_or_init(lock.token(),
                     [&] { return cell.get_or_init(lock.token(), [] { return 1; }); });
    heddle::require(false, "a recursive initialisation throws");
  } catch (const heddle::recursive_initialisation&) {
  }
  heddle::require(plain_token::is_current() && cell.get(lock.token()) == nullptr);
}

/// Through another kind of cell, and by one thread.
HEDDLE_CHECK(pol_5_recursion_through_two_kinds) {
  attached_once_cell<int> attached_cell;
  heddle::once_cell<int> plain_cell;
  plain_lock lock;
  bool reported = false;
  attached_cell.get_or_init(lock.token(), [&] {
    return plain_cell.get_or_init([&] {
      try {
        attached_cell.get_or_init(lock.token(), [] { return 1; });
      } catch (const heddle::recursive_initialisation&) {
        reported = true;
      }
      return 2;
    });
  });
  heddle::require(reported, "the cycle is seen across kinds of cells");
}

/// A world of two threads: stopping it means to wait until the other is detached.
struct world {
  std::atomic<int> running{2};
  void leave() {
    --running;
    running.notify_all();
  }
  void enter() { ++running; }
  void wait_until_alone() {
    for (int seen = running.load(); seen != 1; seen = running.load()) running.wait(seen);
  }
};

inline world* the_world = nullptr;

class world_token {
 public:
  struct detach_guard {
    explicit detach_guard(world_token) { the_world->leave(); }
    ~detach_guard() { the_world->enter(); }
    detach_guard(const detach_guard&) = delete;
    detach_guard& operator=(const detach_guard&) = delete;
  };
  static bool is_current() noexcept { return true; }
  static world_token get() { return world_token(0); }

 private:
  explicit world_token(int) {}
};

/// f stops the world: it goes on when the other thread is detached, or has ended.
HEDDLE_CHECK(pol_6_waiters_do_not_hold_up_the_world) {
  world here;
  the_world = &here;
  attached_once_cell<int> cell;
  auto user = [&] {
    cell.get_or_init(world_token::get(), [&] {
      here.wait_until_alone();
      return 1;
    });
    here.leave();
  };
  together(user, user);
}

HEDDLE_CHECK(pol_6_waiters_hold_up_the_world) {
  world here;
  heddle::once_cell<int> cell;
  auto user = [&] {
    cell.get_or_init([&] {
      here.wait_until_alone();
      return 1;
    });
    here.leave();
  };
  together(user, user);
}

}  // namespace
}  // namespace cells
