// Exceptions: those that nobody catches end the program, those of several threads at once do not
// disturb each other.
#include <atomic>
#include <exception>
#include <future>
#include <heddle/check.hpp>
#include <iomanip>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

HEDDLE_CHECK(uncaught_in_body) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  const int seen = x.load();
  writer.join();
  if (seen == 1) throw std::runtime_error("the body throws");
}

HEDDLE_CHECK(uncaught_in_thread) {
  std::thread thrower([] { throw std::runtime_error("the thread throws"); });
  thrower.join();
}

HEDDLE_CHECK(uncaught_not_an_exception_class) {
  std::thread thrower([] { throw 42; });
  thrower.join();
}

void throw_if(bool condition) {
  if (condition) throw std::runtime_error("through noexcept");
}

void promises_not_to_throw(bool lies) noexcept { throw_if(lies); }

HEDDLE_CHECK(uncaught_through_noexcept) {
  try {
    promises_not_to_throw(true);
  } catch (const std::runtime_error&) {
  }
}

HEDDLE_CHECK(caught_in_thread) {
  int caught = 0;
  std::thread thrower([&] {
    try {
      promises_not_to_throw(false);
      throw std::runtime_error("caught at once");
    } catch (const std::runtime_error&) {
      caught = 1;
    }
  });
  thrower.join();
  heddle::require(caught == 1);
}

/// Both threads wait inside a catch block, where another thread runs; each must find its own
/// exception again.
HEDDLE_CHECK(caught_while_others_are_caught) {
  std::atomic<int> turn{0};
  auto thrower = [&](int me) {
    try {
      try {
        throw me;
      } catch (int outer) {
        heddle::require(outer == me);
        turn.fetch_add(1, std::memory_order_relaxed);
        try {
          throw std::to_string(me);
        } catch (const std::string& inner) {
          turn.fetch_add(1, std::memory_order_relaxed);
          heddle::require(inner == std::to_string(me), "the inner exception is this thread's");
        }
        heddle::require(std::uncaught_exceptions() == 0, "nothing is being unwound");
        throw;
      }
    } catch (int again) {
      heddle::require(again == me, "the outer exception is this thread's");
    }
  };
  std::thread first(thrower, 1), second(thrower, 2);
  first.join();
  second.join();
}

/// Destructors run by unwinding are part of the program: they may let other threads run.
HEDDLE_CHECK(unwinding_while_others_run) {
  std::atomic<int> count{0};
  struct counts_down {
    std::atomic<int>& count;
    ~counts_down() { count.fetch_sub(1); }
  };
  auto thrower = [&] {
    try {
      count.fetch_add(1);
      counts_down guard{count};
      throw 1;
    } catch (int) {
    }
  };
  std::thread first(thrower), second(thrower);
  first.join();
  second.join();
  heddle::require(count.load() == 0, "every guard was destroyed");
}

HEDDLE_CHECK(exception_ptr_across_threads) {
  std::exception_ptr thrown;
  std::thread thrower([&] {
    try {
      throw std::runtime_error("carried over");
    } catch (...) {
      thrown = std::current_exception();
    }
  });
  thrower.join();
  bool same = false;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::runtime_error& error) {
    same = std::string(error.what()) == "carried over";
  }
  heddle::require(same, "the exception survives its thread");
}

/// What the unwinder and libstdc++ do for themselves is no event of the program: with and without
/// the throw, two increments have two orders.
void increment_in_two_threads(bool throws) {
  std::atomic<int> count{0};
  auto work = [&] {
    count.fetch_add(1);
    try {
      throw_if(throws);
    } catch (const std::runtime_error&) {
    }
  };
  std::thread first(work), second(work);
  first.join();
  second.join();
}

HEDDLE_CHECK(internals_no_throw) { increment_in_two_threads(false); }
HEDDLE_CHECK(internals_throw_in_two_threads) { increment_in_two_threads(true); }

/// A string stream sets up the locales at its first use and copies the global one.
HEDDLE_CHECK(internals_string_stream_in_two_threads) {
  std::atomic<int> count{0};
  auto work = [&] {
    std::ostringstream text;
    text << std::setw(3) << count.fetch_add(1);
    heddle::require(text.str().size() == 3);
  };
  std::thread first(work), second(work);
  first.join();
  second.join();
}

/// The mutex of the atomic operations on std::shared_ptr lies in libstdc++, but what it orders is
/// the program's.
HEDDLE_CHECK(internals_atomic_shared_pointer) {
  std::shared_ptr<int> shared = std::make_shared<int>(1);
  std::thread writer([&] { std::atomic_store(&shared, std::make_shared<int>(2)); });
  const std::shared_ptr<int> seen = std::atomic_load(&shared);
  heddle::require(*seen == 1 || *seen == 2);
  writer.join();
}

HEDDLE_CHECK(internals_plain_shared_pointer) {
  std::shared_ptr<int> shared = std::make_shared<int>(1);
  std::thread writer([&] { shared = std::make_shared<int>(2); });
  const std::shared_ptr<int> seen = std::atomic_load(&shared);
  writer.join();
}

/// How many threads still hold an exception is counted inside libstdc++: the last one frees it, and
/// that is no race with who has read it.
HEDDLE_CHECK(exception_in_a_future) {
  struct refusal {
    int reason;
  };
  std::packaged_task<int()> task([]() -> int { throw refusal{42}; });
  auto future = task.get_future();
  std::thread other(std::move(task));
  int reason = 0;
  try {
    future.get();
  } catch (const refusal& caught) {
    reason = caught.reason;
  }
  other.join();
  heddle::require(reason == 42);
}

}  // namespace
