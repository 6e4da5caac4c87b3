// The example of docs/linearizability.md.
#include <atomic>
#include <heddle/linearizable.hpp>
#include <string>
#include <thread>

namespace {

struct increment {};
std::string describe(increment) { return "increment"; }

// What a counter does, one operation after the other. It is the state, too.
struct counter {
  int value = 0;
  int apply(increment) { return ++value; }
  bool operator==(const counter&) const = default;
};

template <class Increment>
void two_threads_increment(const Increment& perform) {
  heddle::history<increment, int> history;
  auto& first = history.column("first");  // before the threads begin
  auto& second = history.column("second");
  std::thread a([&] { first.call(increment(), perform); });
  std::thread b([&] { second.call(increment(), perform); });
  a.join();
  b.join();  // and only then ask
  heddle::require_linearizable(counter(), history);
}

HEDDLE_CHECK(counter_increments) {
  std::atomic<int> value{0};
  two_threads_increment([&] { return value.fetch_add(1) + 1; });
}

HEDDLE_CHECK(counter_increments_in_two_steps) {
  std::atomic<int> value{0};
  two_threads_increment([&] {
    const int now = value.load() + 1;
    value.store(now);
    return now;
  });
}

}  // namespace
