// Waiting for a once cell in an interpreter without a global lock (chdb-core issue 141, on
// free-threaded Python).
//
// Without the lock nobody needs to give it up before waiting, so it seems. But the garbage
// collector stops the world: it waits until every attached thread has come to a safepoint or is
// detached. The thread that initialises comes to one, inside of its initialiser, and parks. The
// second waits for the cell, attached, and will never come to one. The collector waits for the
// second, the second for the first, the first for the collector. The cure is the one of the global
// lock: detach, then wait.
#include <atomic>
#include <condition_variable>
#include <heddle/attached_once_cell.hpp>
#include <heddle/check.hpp>
#include <heddle/once_cell.hpp>
#include <mutex>
#include <thread>

namespace museum {
namespace {

/// Threads are attached, and park at safepoints while the world is to stand still.
class world {
 public:
  void attach() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !stopping_; });
    ++running_;
  }
  void detach() {
    std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_all();
  }
  void safepoint() {
    detach();
    attach();
  }
  /// By a thread that is not attached: waits for the world to stand still, and lets it go on.
  void collect_garbage() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.wait(lock, [&] { return running_ == 0; });
    stopping_ = false;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int running_ = 0;
  bool stopping_ = false;
};

world* the_world = nullptr;

class token {
 public:
  struct detach_guard {
    explicit detach_guard(token) { the_world->detach(); }
    ~detach_guard() { the_world->attach(); }
    detach_guard(const detach_guard&) = delete;
    detach_guard& operator=(const detach_guard&) = delete;
  };
  static bool is_current() noexcept { return true; }
  static token get() { return token(0); }

 private:
  explicit token(int) {}
};

template <typename GetOrInit>
void two_users_and_a_collector(world& here, GetOrInit&& get_or_init) {
  auto user = [&] {
    here.attach();
    get_or_init([&] {
      here.safepoint();
      return 1;
    });
    here.detach();
  };
  std::thread first(user), second(user);
  here.collect_garbage();
  first.join();
  second.join();
}

HEDDLE_CHECK(once_stops_the_world_attached) {
  world here;
  heddle::once_cell<int> cell;
  two_users_and_a_collector(here, [&](auto initialise) { cell.get_or_init(initialise); });
}

HEDDLE_CHECK(once_stops_the_world_cure) {
  world here;
  the_world = &here;
  heddle::attached_once_cell<int> cell;
  two_users_and_a_collector(here,
                            [&](auto initialise) { cell.get_or_init(token::get(), initialise); });
}

}  // namespace
}  // namespace museum
