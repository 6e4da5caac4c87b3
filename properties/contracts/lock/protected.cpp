// GIL-5 and GP-1: what belongs to the lock is reached with the proof only.
#include <heddle/check.hpp>
#include <heddle/gil_protected.hpp>
#include <heddle/global_lock.hpp>
#include <thread>
#include <utility>

#include "properties/contracts/lock/locks.hpp"

namespace {

using contracts::eager_lock;
using heddle::attach_guard;
using heddle::attached;
using heddle::detach_guard;
using heddle::detached;
using heddle::gil_protected;
using heddle::global_lock;

HEDDLE_CHECK(gil_5_protected_while_attached) {
  eager_lock lock;
  gil_protected<int> count(0);
  const auto add = [&] {
    attach_guard guard(lock);
    ++count.get(guard.token());
  };
  std::thread other(add);
  add();
  other.join();
  attach_guard guard(lock);
  heddle::require(std::as_const(count).get(guard.token()) == 2);
}

// The token does not forbid what C++ cannot see; a debug build does.
HEDDLE_CHECK(gil_5_misuse_token_kept_by_the_detached_function) {
  global_lock lock;
  gil_protected<int> count(0);
  attach_guard guard(lock);
  const attached token = guard.token();
  detached(token, [&] { ++count.get(token); });
}

HEDDLE_CHECK(gil_5_misuse_token_of_another_thread) {
  global_lock lock;
  gil_protected<int> count(0);
  attach_guard guard(lock);
  const attached token = guard.token();
  std::thread other([&] { ++count.get(token); });
  detached(token, [&] { other.join(); });
}

// The same without the look: a reference that is kept while the thread is detached.
HEDDLE_CHECK(gil_5_misuse_reference_kept_while_detached) {
  eager_lock lock;
  gil_protected<int> count(0);
  std::thread other([&] {
    attach_guard guard(lock);
    ++count.get(guard.token());
  });
  {
    attach_guard guard(lock);
    int& kept = count.get(guard.token());
    detached(guard.token(), [&] { ++kept; });
  }
  other.join();
}

HEDDLE_CHECK(gp_1_access_is_shared_while_attached) {
  eager_lock lock;
  gil_protected<int> count(0);
  attach_guard guard(lock);
  int& one = count.get(guard.token());
  int& other = count.get(guard.token());
  ++one;
  ++other;
  heddle::require(one == 2);
}

// No exclusion across what may detach.
HEDDLE_CHECK(gp_1_misuse_relied_upon_across_a_detaching) {
  eager_lock lock;
  gil_protected<int> count(0);
  std::thread other([&] {
    attach_guard guard(lock);
    ++count.get(guard.token());
  });
  {
    attach_guard guard(lock);
    const int before = count.get(guard.token());
    detached(guard.token(), [] {});
    count.get(guard.token()) = before + 1;
  }
  other.join();
  attach_guard guard(lock);
  heddle::require(count.get(guard.token()) == 2, "an increment was lost");
}

}  // namespace
