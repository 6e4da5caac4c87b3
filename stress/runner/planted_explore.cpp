// heddle::explore on real threads: a main of its own, as a test framework's would be. Succeeds if
// the race is found, and nothing else.
#include <cstdio>
#include <heddle/explore.hpp>
#include <mutex>
#include <thread>

namespace {

void add_twice(std::mutex* mutex) {
  int sum = 0;
  auto add = [&] {
    if (mutex != nullptr) mutex->lock();
    ++sum;
    if (mutex != nullptr) mutex->unlock();
  };
  std::thread first(add), second(add);
  first.join();
  second.join();
}

}  // namespace

int main() {
  heddle::options options;
  options.name = "without a mutex";
  const heddle::result racy = heddle::explore([] { add_twice(nullptr); }, options);
  options.name = "with a mutex";
  const heddle::result right = heddle::explore(
      [] {
        std::mutex mutex;
        add_twice(&mutex);
      },
      options);
  std::printf("%s%s", racy.text.c_str(), right.text.c_str());
  const bool found = racy.failed() && racy.failure_kind == "data_race";
  return found && right.verdict == "bounded" && right.executions > 0 ? 0 : 1;
}
