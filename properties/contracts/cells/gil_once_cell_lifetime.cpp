// The contracts of gil_once_cell (<heddle/gil_once_cell.hpp>), GOC-9 to GOC-11: who destroys what,
// and what holds where no lock excludes anybody.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/gil_once_cell.hpp>
#include <mutex>
#include <thread>

#include "properties/contracts/cells/tokens.hpp"
#include "properties/contracts/cells/two_threads.hpp"

namespace cells {
namespace {

/// Its destructor calls the interpreter, and looks at the cell.
template <typename Token>
class talkative {
 public:
  talkative(heddle::gil_once_cell<talkative>& cell, Token token) : cell_(&cell), token_(token) {}
  talkative(const talkative&) = delete;
  talkative& operator=(const talkative&) = delete;
  ~talkative() {
    if (heddle::gil_once_cell<talkative>* cell = cell_) {
      heddle::require(Token::is_current(), "a loser is destroyed attached");
      heddle::require(cell->get(token_) != nullptr, "when the winner is visible");
      call_interpreter(token_);
    }
  }
  void keep_quiet() { cell_ = nullptr; }

 private:
  heddle::gil_once_cell<talkative>* cell_;
  Token token_;
};

HEDDLE_CHECK(goc_9_loser_is_destroyed_by_the_loser) {
  using value = talkative<plain_token>;
  heddle::gil_once_cell<value> cell;
  auto user = [&] {
    plain_lock lock;
    cell.get_or_init(lock.token(), [&] {
      call_interpreter(lock.token());
      return value(cell, lock.token());
    });
  };
  together(user, user);
  plain_lock lock;
  cell.get(lock.token())->keep_quiet();
}

/// A loser that dies under a mutex of the cell: its destructor's call lets the other thread run,
/// which wants that mutex while it is attached.
HEDDLE_CHECK(goc_9_loser_dies_under_a_lock) {
  std::mutex inner;
  bool full = false;
  auto user = [&] {
    plain_lock lock;
    call_interpreter(lock.token());  // f
    std::lock_guard guard(inner);
    if (full) call_interpreter(lock.token());  // the loser's destructor
    full = true;
  };
  together(user, user, user);
}

/// No lock excludes anybody here.
HEDDLE_CHECK(goc_10_free_threaded) {
  heddle::gil_once_cell<int> cell;
  int* seen[2] = {};
  auto user = [&](int me) {
    seen[me] = &cell.get_or_init(free_token::get(), [&] { return 42; });
    heddle::require(*seen[me] == 42, "the value is complete");
  };
  together([&] { user(0); }, [&] { user(1); });
  heddle::require(seen[0] == seen[1]);
}

HEDDLE_CHECK(goc_10_get_is_an_acquire) {
  heddle::gil_once_cell<int> cell;
  together([&] { static_cast<void>(cell.set(free_token::get(), 42)); },
           [&] {
             if (const int* value = cell.get(free_token::get())) heddle::require(*value == 42);
           });
}

HEDDLE_CHECK(goc_10_lock_that_is_gone) {
  int* value = nullptr;
  auto user = [&] {
    if (value == nullptr) value = new int(42);
    heddle::require(*value == 42);
  };
  together(user, user);
}

/// Filled by one thread, destroyed by another: the value must not mind (Send).
HEDDLE_CHECK(goc_11_destroyed_by_another) {
  struct value {
    explicit value(std::thread::id* end) : end_(end) {}
    value(const value&) = delete;
    value& operator=(const value&) = delete;
    ~value() { *end_ = std::this_thread::get_id(); }
    std::thread::id* end_;
  };
  std::thread::id made, destroyed;
  {
    heddle::gil_once_cell<value> cell;
    std::thread maker([&] {
      plain_lock lock;
      made = std::this_thread::get_id();
      cell.get_or_init(lock.token(), [&] { return value(&destroyed); });
    });
    maker.join();
  }
  heddle::require(made != destroyed && destroyed == std::this_thread::get_id());
}

/// A value that is tied to the thread that made it.
HEDDLE_CHECK(goc_11_value_tied_to_its_thread) {
  static thread_local int mine = 0;
  struct value {
    explicit value(int) : counter_(&mine) { ++mine; }
    value(const value&) = delete;
    value& operator=(const value&) = delete;
    ~value() {
      --mine;
      heddle::require(&mine == counter_, "destroyed by the thread that made it");
    }
    int* counter_;
  };
  heddle::gil_once_cell<value> cell;
  std::thread maker([&] {
    plain_lock lock;
    cell.get_or_init(lock.token(), [&] { return value(0); });
  });
  maker.join();
}

}  // namespace
}  // namespace cells
