// Who owns an object, in the standard library's terms: counts of shared_ptr, weak_ptr, atomic_ref,
// thread_local objects with destructors, coroutines that change threads. Each beside a sibling with
// one flaw.
#include <atomic>
#include <coroutine>
#include <heddle/check.hpp>
#include <memory>
#include <thread>
#include <utility>

namespace {

struct counted {
  explicit counted(int& alive) : alive(alive) { ++alive; }
  ~counted() { --alive; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  int& alive;
  int value = 1;
};

/// Whoever is last runs the destructor, after the other's last look.
HEDDLE_CHECK(std_shared_ptr_last_one_deletes) {
  int alive = 0;
  auto mine = std::make_shared<counted>(alive);
  std::thread other([yours = mine]() mutable {
    heddle::require(yours->value == 1);
    yours.reset();
  });
  heddle::require(mine->value == 1);
  mine.reset();
  other.join();
  heddle::require(alive == 0, "it is gone");
}

/// The count is read relaxed: 1 does not say that the others' last look has happened.
HEDDLE_CHECK(std_shared_ptr_count_of_one_is_no_order) {
  auto mine = std::make_shared<int>(1);
  std::thread other([yours = mine]() mutable {
    heddle::require(*yours == 1);
    yours.reset();
  });
  if (mine.use_count() == 1) *mine = 2;
  other.join();
}

HEDDLE_CHECK(std_shared_ptr_cycle) {
  struct node {
    std::shared_ptr<node> next;
  };
  auto first = std::make_shared<node>();
  first->next = std::make_shared<node>();
  first->next->next = first;
}

HEDDLE_CHECK(std_weak_ptr_locked) {
  int alive = 0;
  auto owner = std::make_shared<counted>(alive);
  std::thread other([weak = std::weak_ptr(owner)] {
    if (const auto strong = weak.lock()) heddle::require(strong->value == 1, "it is alive");
  });
  owner.reset();
  other.join();
  heddle::require(alive == 0, "it is gone");
}

/// It was alive; nobody has promised that it still is.
HEDDLE_CHECK(std_weak_ptr_looked_at_twice) {
  auto owner = std::make_shared<int>(1);
  std::thread other([weak = std::weak_ptr(owner)] {
    if (weak.expired()) return;
    heddle::require(weak.lock() != nullptr, "it is still alive");
  });
  owner.reset();
  other.join();
}

HEDDLE_CHECK(std_atomic_ref_counts) {
  int count = 0;
  auto increment = [&] { std::atomic_ref(count).fetch_add(1, std::memory_order_relaxed); };
  std::thread other(increment);
  increment();
  other.join();
  heddle::require(count == 2, "as an int again, when nobody is left");
}

/// While there is a reference, nobody may look at the object itself.
HEDDLE_CHECK(std_atomic_ref_beside_a_plain_look) {
  int count = 0;
  std::thread other([&] { std::atomic_ref(count).fetch_add(1); });
  heddle::require(count >= 0);
  other.join();
}

std::atomic<int> ended{0};
int last_value = 0;

struct notes {
  ~notes() {
    last_value = value;
    ended.fetch_add(1, std::memory_order_release);
  }
  int value = 0;
};

thread_local notes my_notes;

/// Each thread has its own, and ends it before its join.
HEDDLE_CHECK(std_thread_local_ends_before_join) {
  my_notes.value = 1;
  std::thread other([] { my_notes.value = 2; });
  other.join();
  heddle::require(my_notes.value == 1, "each has its own");
  heddle::require(last_value == 2 && ended == 1, "the other's destructor has run");
}

HEDDLE_CHECK(std_thread_local_destructors_meet) {
  std::thread first([] { my_notes.value = 1; });
  std::thread second([] { my_notes.value = 2; });
  first.join();
  second.join();
}

thread_local std::unique_ptr<int> my_number;

/// What a thread's own pointer owns ends with the thread.
HEDDLE_CHECK(std_thread_local_outlived) {
  int* seen = nullptr;
  std::thread other([&] {
    my_number = std::make_unique<int>(1);
    seen = my_number.get();
  });
  other.join();
  heddle::require(*seen == 1);
}

/// The other thread never passes the declaration, so that its own object's destructor never runs.
HEDDLE_CHECK(std_thread_local_declaration_not_passed) {
  static thread_local std::unique_ptr<int> mine;
  std::thread other([] { mine = std::make_unique<int>(1); });
  other.join();
}

/// A coroutine that begins suspended, and whose frame its handle's owner destroys.
struct task {
  struct promise_type {
    task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

task count_up(int& count) {
  ++count;
  co_await std::suspend_always{};
  ++count;
}

HEDDLE_CHECK(std_coroutine_changes_threads) {
  int count = 0;
  const task work = count_up(count);
  work.handle.resume();
  std::thread other([&] { work.handle.resume(); });
  other.join();
  heddle::require(count == 2 && work.handle.done());
  work.handle.destroy();
}

HEDDLE_CHECK(std_coroutine_resumed_by_two) {
  int count = 0;
  const task work = count_up(count);
  std::thread other([&] { work.handle.resume(); });
  work.handle.resume();
  other.join();
  work.handle.destroy();
}

HEDDLE_CHECK(std_coroutine_never_destroyed) {
  int count = 0;
  std::thread other([&] { count_up(count).handle.resume(); });
  other.join();
}

}  // namespace
