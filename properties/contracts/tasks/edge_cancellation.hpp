// Cancellation as a message, for the museum: what asyncio, and who imitates it, do. A request is
// delivered once, when the task next goes on, and even if what it waited for has come in between.
// That window is where the exhibits lose their grants.
#pragma once

#include <deque>
#include <heddle/async_event.hpp>
#include <utility>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {

/// A task that can be cancelled by a message.
struct edge_task {
  bool requested = false;
  heddle::async_event* waits_for = nullptr;

  void cancel() {
    requested = true;
    if (waits_for != nullptr) waits_for->set();
  }
};

/// Waits for `future` as `me`: a request that has come in the meantime is thrown, and the result is
/// not looked at.
inline task<> wait_as(edge_task& me, heddle::async_event& future) {
  me.waits_for = &future;
  co_await future.wait();
  me.waits_for = nullptr;
  if (std::exchange(me.requested, false)) throw cancelled{};
}

/// Those who wait, in the order in which they came.
struct edge_waiters {
  std::deque<heddle::async_event*> futures;

  /// Completes the first future that is not completed yet: whether there was one.
  bool wake_first() {
    for (heddle::async_event* future : futures) {
      if (future->is_set()) continue;
      future->set();
      return true;
    }
    return false;
  }
  void remove(heddle::async_event& future) { std::erase(futures, &future); }
};

/// Runs `work` and forgets a cancellation.
inline task<> forgetting(task<> work) {
  try {
    co_await std::move(work);
  } catch (const cancelled&) {
  }
}

}  // namespace contracts
