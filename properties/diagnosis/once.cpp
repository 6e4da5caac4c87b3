// std::call_once, also where the function throws: the next caller tries again.
#include <atomic>
#include <heddle/check.hpp>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace {

HEDDLE_CHECK(once_runs_once) {
  std::once_flag once;
  int runs = 0;
  auto user = [&] {
    std::call_once(once, [&] { ++runs; });
    heddle::require(runs == 1, "it has run when call_once returns");
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
}

HEDDLE_CHECK(once_recovers_from_an_exception) {
  std::once_flag once;
  int attempts = 0;
  auto attempt = [&] {
    if (++attempts == 1) throw std::runtime_error("the first attempt fails");
  };
  std::atomic<int> caught{0};
  auto user = [&] {
    try {
      std::call_once(once, attempt);
    } catch (const std::runtime_error&) {
      caught.fetch_add(1);
    }
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
  heddle::require(attempts == 2 && caught.load() == 1, "one fails, the other makes good");
}

int fails_first(std::atomic<int>& attempts) {
  static const int value = [&] {
    if (attempts.fetch_add(1) == 0) throw std::runtime_error("the first attempt fails");
    return 5;
  }();
  return value;
}

HEDDLE_CHECK(once_static_recovers_from_an_exception) {
  std::atomic<int> attempts{0}, caught{0};
  auto user = [&] {
    try {
      heddle::require(fails_first(attempts) == 5);
    } catch (const std::runtime_error&) {
      caught.fetch_add(1);
    }
  };
  std::thread first(user), second(user);
  first.join();
  second.join();
  heddle::require(attempts.load() == 2 && caught.load() == 1, "one fails, the other makes good");
}

/// The function calls call_once on its own flag: nothing can come of it.
HEDDLE_CHECK(once_reentered) {
  std::once_flag once;
  std::call_once(once, [&] { std::call_once(once, [] {}); });
}

}  // namespace
