// Known bugs of C++ libraries when an operation is stopped: what is told first, who is armed when,
// what lives how long. Threads and std::stop_token; the cure stands beside each.
#include <functional>
#include <heddle/async_event.hpp>
#include <heddle/timeouts.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

enum class result { none, value, timed_out, cancelled };

/// The first one counts.
struct promise {
  result is = result::none;
  void settle(result end) {
    if (is == result::none) is = end;
  }
};

/// folly d143e2c80: when the time is over the work is asked to stop, and then the time-out is set
/// as the result; the work answers at once, that it was cancelled.
void time_is_over(bool says_so_first) {
  promise outer;
  std::stop_source work;
  const std::stop_callback answers(work.get_token(), [&] { outer.settle(result::cancelled); });
  if (says_so_first) outer.settle(result::timed_out);
  work.request_stop();
  outer.settle(result::timed_out);
  require(outer.is == result::timed_out, "nobody hears that the time was over");
}

HEDDLE_CHECK(m68_asks_to_stop_before_it_says_why) { time_is_over(false); }
HEDDLE_CHECK(m68_cure_says_why_first) { time_is_over(true); }

/// folly 8e8186f67: an object is moved under the locks of both, taken in the order in which they
/// are written. Two threads that swap the same two, each from its side, wait for each other.
struct shared_state {
  std::mutex mutex;
  int value = 0;
};

void swap_in_order(shared_state& left, shared_state& right) {
  const std::lock_guard first(left.mutex);
  const std::lock_guard second(right.mutex);
  std::swap(left.value, right.value);
}

void swap_by_address(shared_state& left, shared_state& right) {
  const bool in_order = std::less<>()(&left, &right);
  swap_in_order(in_order ? left : right, in_order ? right : left);
}

void two_swap(void (*swap)(shared_state&, shared_state&)) {
  shared_state one, other;
  one.value = 1;
  std::thread thread([&] { swap(one, other); });
  swap(other, one);
  thread.join();
  require(one.value == 1 && other.value == 0, "swapped twice");
}

HEDDLE_CHECK(m69_swap_locks_as_written) { two_swap(swap_in_order); }
HEDDLE_CHECK(m69_cure_locks_by_address) { two_swap(swap_by_address); }

/// asio issue 1630: an operation is started, and then its handler is put into the slot through
/// which it can be cancelled. Where it has completed in between, a handler stays in the slot that
/// knows an operation which is gone; the next cancellation calls it.
struct cancellation_slot {
  std::mutex mutex;
  std::function<void()> handler;  // guarded by mutex

  void set(std::function<void()> to) {
    const std::lock_guard guard(mutex);
    handler = std::move(to);
  }
  void emit() {
    const std::lock_guard guard(mutex);
    if (handler) handler();
  }
};

void cancellable_operation(bool arms_before_it_starts) {
  struct operation {
    bool cancelled = false;
  };
  cancellation_slot slot;
  auto started = std::make_unique<operation>();
  const auto arm = [&slot, raw = started.get()] { slot.set([raw] { raw->cancelled = true; }); };
  if (arms_before_it_starts) arm();
  std::thread completes([&slot, work = std::move(started)]() mutable {
    slot.set(nullptr);
    work.reset();  // its handler runs, and it is gone
  });
  if (!arms_before_it_starts) arm();
  slot.emit();
  completes.join();
}

HEDDLE_CHECK(m71_armed_after_it_was_started) { cancellable_operation(false); }
HEDDLE_CHECK(m71_cure_armed_first) { cancellable_operation(true); }

/// libunifex 4bc7c6e: an element of a stream is delivered, and the callback that stops the stream
/// is still armed: a stop that comes now is told of an element that was not lost.
void stop_after_delivery(bool one_decides) {
  enum : int { waiting, delivered, stopped };
  std::atomic<int> wait{waiting};
  std::atomic<bool> stream_is_open{true};
  std::stop_source source;
  std::thread other([&source] { source.request_stop(); });
  {
    const std::stop_callback callback(source.get_token(), [&] {
      int expected = waiting;
      if (!one_decides || wait.compare_exchange_strong(expected, stopped)) stream_is_open = false;
    });
    int expected = waiting;
    wait.compare_exchange_strong(expected, delivered);
  }
  require(wait != delivered || stream_is_open, "delivered, and yet stopped");
  other.join();
}

HEDDLE_CHECK(m74_armed_after_delivery) { stop_after_delivery(false); }
HEDDLE_CHECK(m74_cure_one_exchange_decides) { stop_after_delivery(true); }

/// A deadline of this library in the tick of the delivery, in every order: the two are one wait.
HEDDLE_CHECK(m74_cure_a_wait_ends_once) {
  const auto tick = steady::now() + 1s;
  heddle::async_event element;
  bool delivered = false, in_time = false;
  in_every_order(with_task_group([&](task_group& group) -> task<> {
    group.spawn([](steady::time_point tick, heddle::async_event& element) -> task<> {
      co_await heddle::sleep_until(tick);
      element.set();
    }(tick, element));
    auto receive = [](heddle::async_event& element, bool& delivered) -> task<> {
      co_await element.wait();
      delivered = true;
    };
    in_time = co_await heddle::move_on_at(tick, receive(element, delivered));
  }));
  require(delivered == in_time, "delivered in time, or stopped");
}

/// stdexec b4de0c7a: the last callback ends the operation and, with it, the stop source that is
/// just calling it; which then looks whether there are more.
struct plain_stop_source {
  std::mutex mutex;
  std::function<void()> callback;
  void request_stop() {
    std::function<void()> last;
    {
      const std::lock_guard guard(mutex);
      last = std::exchange(callback, nullptr);
    }
    while (last) {
      last();
      const std::lock_guard guard(mutex);
      last = std::exchange(callback, nullptr);
    }
  }
};

HEDDLE_CHECK(m77_source_ends_in_its_last_callback) {
  auto source = std::make_unique<plain_stop_source>();
  source->callback = [&source] { source.reset(); };
  plain_stop_source& stopped = *source;
  stopped.request_stop();
  require(source == nullptr, "it has ended the operation");
}

/// std::stop_source shares its state with who is in it.
HEDDLE_CHECK(m77_cure_a_shared_state) {
  auto source = std::make_unique<std::stop_source>();
  bool called = false;
  const std::stop_callback callback(source->get_token(), [&] {
    called = true;
    source.reset();
  });
  std::stop_source& stopped = *source;
  stopped.request_stop();
  require(called && source == nullptr, "it has ended the operation");
}

/// The same with the other end: a callback waits for a lock, whose owner destroys the callback,
/// which waits until the callback has run.
void deregistered(bool under_the_lock) {
  std::mutex mutex;
  bool stopped = false;
  std::stop_source source;
  auto callback = [&] {
    const std::lock_guard guard(mutex);
    stopped = true;
  };
  std::optional<std::stop_callback<std::function<void()>>> armed(std::in_place, source.get_token(),
                                                                 callback);
  std::thread other([&source] { source.request_stop(); });
  std::unique_lock guard(mutex);
  if (!under_the_lock) guard.unlock();
  armed.reset();
  if (guard.owns_lock()) guard.unlock();
  other.join();
}

HEDDLE_CHECK(m77_deregistered_under_its_lock) { deregistered(true); }
HEDDLE_CHECK(m77_cure_deregistered_without_the_lock) { deregistered(false); }

}  // namespace
}  // namespace contracts
