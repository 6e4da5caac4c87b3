// The beginning and the end of an interpreter, and its pauses. Py_IsInitialized is true half-way:
// a thread attached and saw a module half imported (PyO3 pull request 5903). A thread that attaches
// while the interpreter is finalised must neither come back nor unwind (CPython gh-87135, PyO3
// issue 4874). The forced switch of the lock waited until another thread had taken it, and the only
// one that wanted it had ended (gh-96387). And without a global lock: a thread that attaches again
// resumes its critical section, which the pause of the world keeps from it, or gets the object by
// direct hand-over while it is detached, and whoever has stopped the world waits for it (gh-118332,
// gh-133130).
#include <atomic>
#include <condition_variable>
#include <heddle/check.hpp>
#include <heddle/critical_section.hpp>
#include <heddle/global_lock.hpp>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "properties/museum/global_lock.hpp"

namespace museum {
namespace {

HEDDLE_CHECK(life_attached_before_the_end_of_the_initialisation) {
  global_lock lock;
  std::atomic<bool> is_initialised{false};
  bool site_imported = false;
  std::thread other([&] {
    if (!is_initialised) return;
    attached now(lock);
    heddle::require(site_imported, "half of a module");
  });
  {
    attached now(lock);
    is_initialised = true;
    call_interpreter(lock);
    site_imported = true;
  }
  other.join();
}

HEDDLE_CHECK(life_cure_initialise) {
  heddle::global_lock lock(heddle::global_lock::startup::not_initialised);
  bool site_imported = false;
  std::thread other([&] {
    if (const auto now = heddle::try_attach(lock)) heddle::require(site_imported);
  });
  lock.initialise([&](heddle::attached token) {
    heddle::detached(token, [] {});
    site_imported = true;
  });
  other.join();
}

HEDDLE_CHECK(life_attached_after_the_finalisation) {
  global_lock lock;
  auto* interpreter = new int(1);
  std::thread daemon([&] {
    attached now(lock);
    heddle::require(*interpreter == 1);
  });
  {
    attached now(lock);
    delete interpreter;
  }
  daemon.join();
}

HEDDLE_CHECK(life_cure_finalise) {
  heddle::global_lock lock;
  auto* interpreter = new int(1);
  std::thread daemon([&] {
    if (const auto now = heddle::try_attach(lock)) heddle::require(*interpreter == 1);
  });
  {
    heddle::attach_guard now(lock);
    lock.finalise(now.token());
    delete interpreter;
  }
  daemon.join();
}

// A lock that, asked for a switch, waits until somebody else has had it.
class forcing_lock {
 public:
  // Whether it was taken, or given up because of `gone`.
  bool attach(const std::atomic<bool>* gone = nullptr) {
    std::unique_lock guard(mutex_);
    requested_ = held_;
    while (held_ && !(gone != nullptr && *gone)) changed_.wait(guard);
    if (held_) return false;
    held_ = true;
    ++switches_;
    changed_.notify_all();
    return true;
  }
  void detach() {
    std::unique_lock guard(mutex_);
    held_ = false;
    changed_.notify_all();
    if (!std::exchange(requested_, false)) return;
    const int before = switches_;
    changed_.wait(guard, [&] { return switches_ != before; });
  }
  void tell_waiters() {
    std::lock_guard guard(mutex_);
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool requested_ = false;
  int switches_ = 0;
};

HEDDLE_CHECK(life_forced_switch_to_nobody) {
  forcing_lock lock;
  std::atomic<bool> gone{false};
  lock.attach();
  std::thread daemon([&] {
    if (lock.attach(&gone)) lock.detach();
  });
  gone = true;
  lock.tell_waiters();
  daemon.join();
  lock.detach();
}

HEDDLE_CHECK(life_cure_handed_over_directly) {
  heddle::global_lock lock(heddle::global_lock::startup::running, std::chrono::nanoseconds(0));
  std::stop_source gone;
  {
    heddle::attach_guard now(lock);
    std::thread daemon([&] { const auto mine = heddle::try_attach(lock, gone.get_token()); });
    gone.request_stop();
    daemon.join();
  }
}

// The object is taken while the thread is detached, and kept while it waits for the world.
HEDDLE_CHECK(life_section_resumed_in_a_stopped_world) {
  heddle::safepoint_domain domain;
  std::mutex object;
  heddle::safepoint_domain::attach_guard now(domain);
  std::thread other([&] {
    std::unique_lock section(object);
    heddle::safepoint_domain::attach_guard mine(domain);
  });
  {
    auto stopped = domain.stop_the_world(now.token());
    std::lock_guard section(object);
  }
  heddle::detached(now.token(), [&] { other.join(); });
}

HEDDLE_CHECK(life_cure_critical_section) {
  heddle::safepoint_domain domain;
  heddle::sectioned_object object;
  heddle::safepoint_domain::attach_guard now(domain);
  std::thread other([&] {
    heddle::safepoint_domain::attach_guard mine(domain);
    heddle::critical_section section(mine.token(), object);
    heddle::detached(mine.token(), [] {});
  });
  {
    auto stopped = domain.stop_the_world(now.token());
    heddle::critical_section section(now.token(), object);
  }
  heddle::detached(now.token(), [&] { other.join(); });
}

}  // namespace
}  // namespace museum
