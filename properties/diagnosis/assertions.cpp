// A program that says itself that something is wrong: assert, heddle::require, abort, terminate.
#include <atomic>
#include <cassert>
#include <cstdlib>
#include <exception>
#include <heddle/check.hpp>
#include <thread>

namespace {

HEDDLE_CHECK(assert_fails) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  assert(x.load() == 0);
  writer.join();
}

HEDDLE_CHECK(assert_holds) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  assert(x.load() <= 1);
  writer.join();
  assert(x.load() == 1);
}

HEDDLE_CHECK(require_fails) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  heddle::require(x.load() == 0, "nobody has written yet");
  writer.join();
}

HEDDLE_CHECK(require_fails_without_message) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  heddle::require(x.load() == 0);
  writer.join();
}

HEDDLE_CHECK(require_fails_in_thread) {
  std::atomic<int> x{0};
  std::thread reader([&] { heddle::require(x.load() == 0, "nobody has written yet"); });
  x.store(1);
  reader.join();
}

HEDDLE_CHECK(require_holds) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  heddle::require(x.load() <= 1, "one at most");
  writer.join();
  heddle::require(x.load() == 1, "the join orders the write before");
}

HEDDLE_CHECK(abort_is_called) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  if (x.load() == 1) std::abort();
  writer.join();
}

HEDDLE_CHECK(abort_is_not_reached) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  if (x.load() == 2) std::abort();
  writer.join();
}

HEDDLE_CHECK(terminate_is_called) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  if (x.load() == 1) std::terminate();
  writer.join();
}

// The destructor of a joinable std::thread calls std::terminate.
HEDDLE_CHECK(terminate_thread_not_joined) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
}

}  // namespace
