// What docs/tasks.md shows of handles of children and of calls from threads.
#include <heddle/async_event.hpp>
#include <heddle/from_thread.hpp>
#include <heddle/task_handle.hpp>
#include <thread>

#include "examples/tasks/lesson.hpp"

namespace lessons {
namespace {

using heddle::cancelled;
using heddle::task_cancelled;
using heddle::task_handle;

task<int> compute() {
  co_await checkpoint();
  co_return 42;
}

int value = 0;
bool given_up = false;

// [handle]
task<> compute_twice() {
  co_await with_task_group([](task_group& group) -> task<> {
    task_handle<int> first = heddle::spawn_with_result(group, compute());
    task_handle<int> second = heddle::spawn_with_result(group, compute());
    second.cancel();  // this child only; it still runs its cleanup
    value = co_await first;
    try {
      co_await second;
    } catch (const task_cancelled&) {
      given_up = true;
    }
  });
}
// [end]

HEDDLE_CHECK(guide_handle) {
  heddle::run(compute_twice());
  require(value == 42 && given_up, "one has a value, the other is cancelled");
}

// [portal]
task<> serve_threads(std::thread& caller, int& answer) {
  co_await heddle::with_portal([&](heddle::thread_portal portal) -> task<> {
    heddle::async_event called;
    caller = std::thread([&, portal] {
      answer = heddle::from_thread(portal, compute());  // waits
      heddle::from_thread(portal, [&] { called.set(); });
    });
    co_await called.wait();
  });
}
// [end]

HEDDLE_CHECK(guide_portal) {
  std::thread caller;
  int answer = 0;
  heddle::run(serve_threads(caller, answer));
  caller.join();
  require(answer == 42, "the thread has the value");
}

}  // namespace
}  // namespace lessons
