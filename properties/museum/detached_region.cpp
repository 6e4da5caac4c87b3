// What can go wrong at the edges of a detached region. In PyO3's allow_threads an exception left
// the function without attaching the thread again, and its handler went on as if it were (issue
// 912, cured in 8d282913b by a guard). In nanobind a guard of an inner resource outlived the
// attaching: the detaching had released the resource, and the guard released it again (commit
// c656e98c). And code that held a lock of the user formatted an exception, which detached: another
// thread took the global lock and waited for the user's (PyO3 issue 4764, pull request 4766).
#include <heddle/check.hpp>
#include <heddle/critical_section.hpp>
#include <heddle/global_lock.hpp>
#include <heddle/lock_attached.hpp>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "properties/museum/global_lock.hpp"

namespace museum {
namespace {

template <class Function>
void allow_threads(global_lock& lock, Function function) {
  lock.detach();
  function();
  lock.attach();
}

HEDDLE_CHECK(region_left_by_an_exception) {
  global_lock lock;
  int owned = 0;
  std::thread other([&] {
    attached now(lock);
    ++owned;
  });
  lock.attach();
  try {
    allow_threads(lock, [] { throw std::runtime_error("out"); });
    lock.detach();
  } catch (const std::runtime_error&) {
    ++owned;
  }
  other.join();
}

HEDDLE_CHECK(region_cure_guard) {
  heddle::global_lock lock;
  int owned = 0;
  std::thread other([&] {
    heddle::attach_guard now(lock);
    ++owned;
  });
  {
    heddle::attach_guard now(lock);
    try {
      heddle::detached(now.token(), [] { throw std::runtime_error("out"); });
    } catch (const std::runtime_error&) {
      ++owned;
    }
  }
  other.join();
}

// An object's mutex belongs to the thread while it is attached; the end of the attaching gives it
// up.
HEDDLE_CHECK(region_guard_outlives_the_attaching) {
  std::mutex object;
  struct attaching {
    explicit attaching(std::mutex& owned) : owned_(owned) {}
    ~attaching() { owned_.unlock(); }  // suspends what is still owned
    std::mutex& owned_;
  };
  auto now = std::make_unique<attaching>(object);
  std::unique_lock guard(object);
  now.reset();
}

HEDDLE_CHECK(region_guard_outlives_the_attaching_diagnosed) {
  heddle::safepoint_domain domain;
  heddle::sectioned_object object;
  auto now = std::make_unique<heddle::safepoint_domain::attach_guard>(domain);
  heddle::critical_section guard(now->token(), object);
  now.reset();
}

HEDDLE_CHECK(region_cure_in_order) {
  heddle::safepoint_domain domain;
  heddle::sectioned_object object;
  heddle::safepoint_domain::attach_guard now(domain);
  heddle::critical_section guard(now.token(), object);
}

HEDDLE_CHECK(region_hidden_in_a_formatter) {
  global_lock lock;
  std::mutex output;
  const auto print = [&] {
    attached now(lock);
    std::lock_guard guard(output);
    call_interpreter(lock);  // the exception's text
  };
  std::thread other(print);
  print();
  other.join();
}

HEDDLE_CHECK(region_cure_formatted_before) {
  global_lock lock;
  std::mutex output;
  const auto print = [&] {
    attached now(lock);
    call_interpreter(lock);
    std::lock_guard guard(output);
  };
  std::thread other(print);
  print();
  other.join();
}

HEDDLE_CHECK(region_cure_lock_attached) {
  heddle::global_lock lock(heddle::global_lock::startup::running, std::chrono::nanoseconds(0));
  std::mutex output;
  const auto print = [&] {
    heddle::attach_guard now(lock);
    const auto guard = heddle::lock_attached(now.token(), output);
    heddle::detached(now.token(), [] {});
  };
  std::thread other(print);
  print();
  other.join();
}

}  // namespace
}  // namespace museum
