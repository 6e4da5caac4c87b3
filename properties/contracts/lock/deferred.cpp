// RP-1 to RP-5 and GIL-7: work that is left for whoever attaches next.
#include <atomic>
#include <heddle/check.hpp>
#include <heddle/deferred_operations.hpp>
#include <heddle/global_lock.hpp>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "properties/contracts/lock/locks.hpp"

namespace {

using contracts::eager_lock;
using heddle::attach_guard;
using heddle::deferred_operations;
using heddle::detached;
using heddle::global_lock;

HEDDLE_CHECK(rp_1_each_applied_once_attached) {
  eager_lock lock;
  int applied = 0;  // of the lock: a plain int
  const auto once = [&]() noexcept {
    heddle::require(lock.is_attached(), "applied while detached");
    ++applied;
  };
  std::thread other([&] {
    lock.defer(once);
    attach_guard guard(lock);
  });
  lock.defer(once);
  {
    attach_guard guard(lock);
  }
  other.join();
  attach_guard guard(lock);
  heddle::require(applied == 2);
}

// Two that drain, beside one that posts: the list alone.
HEDDLE_CHECK(rp_1_two_drain) {
  eager_lock lock;
  deferred_operations list;
  int applied[2] = {0, 0};
  list.post([&]() noexcept { ++applied[0]; });
  std::thread other([&] {
    list.post([&]() noexcept { ++applied[1]; });
    attach_guard guard(lock);
    list.drain(guard.token());
  });
  {
    attach_guard guard(lock);
    list.drain(guard.token());
  }
  other.join();
  heddle::require(applied[0] == 1 && applied[1] == 1);
}

HEDDLE_CHECK(rp_1_in_order) {
  global_lock lock;
  std::vector<int> order;
  for (int each : {1, 2, 3}) lock.defer([&order, each]() noexcept { order.push_back(each); });
  attach_guard guard(lock);
  heddle::require(order == std::vector<int>{1, 2, 3});
}

// The list is read, then emptied: in two steps.
HEDDLE_CHECK(rp_1_broken_read_then_emptied) {
  struct node {
    node* next;
  };
  std::atomic<node*> last{nullptr};
  std::atomic<int> applied{0};
  node nodes[2];
  std::thread other([&] {
    nodes[1].next = last.load();
    while (!last.compare_exchange_strong(nodes[1].next, &nodes[1])) {
    }
  });
  nodes[0].next = nullptr;
  while (!last.compare_exchange_strong(nodes[0].next, &nodes[0])) {
  }
  const auto drain = [&] {
    node* each = last.load();
    last.store(nullptr);
    for (; each != nullptr; each = each->next) ++applied;
  };
  drain();
  other.join();
  drain();
  heddle::require(applied == 2, "an operation was lost");
}

// The post has happened before the attaching: the operation, too.
HEDDLE_CHECK(rp_2_next_attach_applies) {
  eager_lock lock;
  bool applied = false;
  std::thread other([&] { lock.defer([&]() noexcept { applied = true; }); });
  {
    attach_guard guard(lock);
  }
  other.join();
  attach_guard guard(lock);
  heddle::require(applied, "the signal was lost");
}

HEDDLE_CHECK(rp_2_what_was_written_before_is_seen) {
  eager_lock lock;
  int written = 0;
  std::thread other([&] {
    written = 1;
    lock.defer([&]() noexcept { ++written; });
  });
  {
    attach_guard guard(lock);
  }
  other.join();
}

// PyO3 issue 6307: the flag is raised before the operation is in the list.
HEDDLE_CHECK(rp_2_broken_flag_before_the_post) {
  std::mutex pool;
  std::vector<int> list;
  std::atomic<bool> dirty{false};
  int applied = 0;
  const auto drain = [&] {
    if (!dirty.exchange(false)) return;
    std::lock_guard guard(pool);
    applied += static_cast<int>(list.size());
    list.clear();
  };
  std::thread other([&] {
    dirty = true;
    std::lock_guard guard(pool);
    list.push_back(1);
  });
  drain();
  other.join();
  drain();
  heddle::require(applied == 1, "the signal was lost");
}

// An operation is a finaliser: anything may happen in it.
HEDDLE_CHECK(rp_3_operations_may_do_anything) {
  eager_lock lock;
  int applied = 0;
  std::thread other([&] { attach_guard guard(lock); });
  lock.defer([&]() noexcept {
    lock.defer([&]() noexcept { ++applied; });
    attach_guard inner(lock);
    lock.poll(inner.token());
    detached(inner.token(), [] {});
    ++applied;
  });
  attach_guard guard(lock);
  detached(guard.token(), [&] { other.join(); });
  heddle::require(applied == 2);
}

// PyO3 issue 924: applied under the mutex of the pool.
HEDDLE_CHECK(rp_3_broken_applied_under_the_lock_of_the_pool) {
  struct pool {
    std::mutex mutex;
    std::vector<void (*)(pool&)> list;
    void drain() {
      std::lock_guard guard(mutex);
      for (auto* each : std::exchange(list, {})) each(*this);
    }
  } shared;
  shared.list.push_back([](pool& self) { self.drain(); });
  shared.drain();
}

struct counted {
  int references = 1;
};

void drop(counted*& object) noexcept {
  if (--object->references == 0) delete std::exchange(object, nullptr);
}

// Clone while attached, drop late.
HEDDLE_CHECK(rp_4_late_decrement) {
  eager_lock lock;
  auto* object = new counted;
  {
    attach_guard guard(lock);
    ++object->references;
  }
  std::thread other([&] { lock.defer([&]() noexcept { drop(object); }); });
  {
    attach_guard guard(lock);
    drop(object);
  }
  other.join();
  attach_guard guard(lock);
  heddle::require(object == nullptr);
}

// PyO3 issues 2952, 4105: the increment comes after the last reference is gone.
HEDDLE_CHECK(rp_4_misuse_late_increment) {
  global_lock lock;
  deferred_operations late;
  auto* object = new counted;
  std::thread other([&] {
    late.post([object]() noexcept { ++object->references; });
    late.post([object]() mutable noexcept { drop(object); });
    attach_guard guard(lock);
    late.drain(guard.token());
  });
  {
    attach_guard guard(lock);
    auto* mine = object;
    drop(mine);
  }
  other.join();
}

struct tells_its_end {
  explicit tells_its_end(int& ends) : ends_(&ends) {}
  tells_its_end(tells_its_end&& other) noexcept : ends_(std::exchange(other.ends_, nullptr)) {}
  ~tells_its_end() {
    if (ends_ != nullptr) ++*ends_;
  }
  void operator()() noexcept { heddle::require(false, "applied by the end of the list"); }
  int* ends_;
};

HEDDLE_CHECK(rp_5_dropped_at_the_end) {
  int ends = 0;
  {
    deferred_operations list;
    list.post(tells_its_end(ends));
    list.post(tells_its_end(ends));
    heddle::require(!list.empty());
  }
  heddle::require(ends == 2);
}

HEDDLE_CHECK(rp_5_broken_applied_at_the_end) {
  struct interpreter {
    bool alive = true;
    std::vector<void (*)(interpreter&)> list;
    ~interpreter() {
      alive = false;
      for (auto* each : list) each(*this);
    }
  } one;
  one.list.push_back([](interpreter& it) { heddle::require(it.alive, "used after its end"); });
}

// The other drops its reference while this thread is detached: gone when it is attached again.
HEDDLE_CHECK(gil_7_applied_at_each_attaching) {
  eager_lock lock;
  int applied = 0;
  lock.defer([&]() noexcept { ++applied; });
  {
    attach_guard guard(lock);
    heddle::require(applied == 1, "not applied by the attaching");
    detached(guard.token(), [&] { lock.defer([&]() noexcept { ++applied; }); });
    heddle::require(applied == 2, "not applied by the re-attaching");
    lock.defer([&]() noexcept { ++applied; });
    lock.poll(guard.token());
    heddle::require(applied == 3, "not applied by the poll");
  }
}

HEDDLE_CHECK(gil_7_applied_before_the_thread_goes_on) {
  eager_lock lock;
  int applied = 0;
  attach_guard guard(lock);
  detached(guard.token(), [&] {
    std::thread other([&] { lock.defer([&]() noexcept { ++applied; }); });
    other.join();
  });
  heddle::require(applied == 1, "not applied by the re-attaching");
}

// PyO3 issue 2952: the end of allow_threads did not drain.
HEDDLE_CHECK(gil_7_broken_reattaching_does_not_drain) {
  global_lock lock;
  deferred_operations list;  // drained by this thread where it thinks of it
  int applied = 0;
  attach_guard guard(lock);
  list.drain(guard.token());
  detached(guard.token(), [&] { list.post([&]() noexcept { ++applied; }); });
  heddle::require(applied == 1, "not applied by the re-attaching");
}

}  // namespace
