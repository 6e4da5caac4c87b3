// What a wrong use does in a release build, where nobody looks for it: each behaviour is defined.
#include <heddle/check.hpp>
#include <heddle/gil_protected.hpp>
#include <heddle/global_lock.hpp>
#include <memory>
#include <thread>

namespace {

using heddle::attach_guard;
using heddle::detach_guard;
using heddle::global_lock;

// Guards count down in whatever order; the last one detaches.
HEDDLE_CHECK(gil_3_release_guards_out_of_order) {
  global_lock lock;
  auto outer = std::make_unique<attach_guard>(lock);
  auto inner = std::make_unique<attach_guard>(lock);
  outer.reset();
  heddle::require(lock.is_attached());
  inner.reset();
  heddle::require(!lock.is_attached());
}

// A second lock nests: the first is there again afterwards.
HEDDLE_CHECK(gil_3_release_second_lock) {
  global_lock lock;
  global_lock second;
  attach_guard guard(lock);
  {
    attach_guard another(second);
    heddle::require(second.is_attached());
  }
  heddle::require(lock.is_attached());
}

HEDDLE_CHECK(gil_3_release_guard_ends_while_detached) {
  global_lock lock;
  auto guard = std::make_unique<attach_guard>(lock);
  detach_guard away(guard->token());
  guard.reset();
}

HEDDLE_CHECK(gil_4_release_token_used_while_detached) {
  global_lock lock;
  attach_guard guard(lock);
  const auto token = guard.token();
  detach_guard away(token);
  detach_guard again(token);
}

// Nobody looks: a data race, if another thread is attached; here nobody is.
HEDDLE_CHECK(gil_5_release_token_kept_by_the_detached_function) {
  global_lock lock;
  heddle::gil_protected<int> count(0);
  attach_guard guard(lock);
  const auto token = guard.token();
  heddle::detached(token, [&] { ++count.get(token); });
}

// The thread sleeps for ever.
HEDDLE_CHECK(gil_8_release_attach_after_the_end) {
  global_lock lock;
  {
    attach_guard guard(lock);
    lock.finalise(guard.token());
  }
  std::thread other([&] { attach_guard late(lock); });
  other.join();
}

}  // namespace
