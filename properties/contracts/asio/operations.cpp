// A task waits for an operation of Asio's that another thread completes, while a third one cancels
// the task's scope: every order of the three, and what they may see of each other.
#include <asio/associated_cancellation_slot.hpp>
#include <asio/async_result.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/post.hpp>
#include <functional>
#include <heddle/async_event.hpp>
#include <heddle/async_run.hpp>
#include <heddle/use_task.hpp>
#include <memory>
#include <optional>
#include <thread>

#include "properties/contracts/asio/one_thread.hpp"
#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::use_task;

/// An operation on `one_thread`, which alone touches what is below.
struct operation {
  one_thread& io;
  bool knows_cancellation = true;
  bool under_way = false;
  std::function<void(asio::error_code, int)> handler;

  void complete(asio::error_code error, int value) {
    if (std::exchange(under_way, false)) std::exchange(handler, {})(error, value);
  }
};

/// Begins it; it completes with 7 by itself where `completes`.
task<int> perform(operation& what, bool completes) {
  struct initiation {
    operation* what;
    bool completes;
    asio::any_io_executor get_executor() const { return what->io.get_executor(); }
    void operator()(heddle::detail::asio_operation<asio::error_code, int>::handler handler) const {
      auto slot = asio::get_associated_cancellation_slot(handler);
      what->handler = [kept = std::make_shared<decltype(handler)>(std::move(handler))](
                          asio::error_code error, int value) { (*kept)(error, value); };
      what->under_way = true;
      if (what->knows_cancellation) {
        slot.assign([me = what](auto) { me->complete(asio::error::operation_aborted, 0); });
      }
      if (completes) asio::post(get_executor(), [me = what] { me->complete({}, 7); });
    }
  };
  return asio::async_initiate<const heddle::use_task_t, void(asio::error_code, int)>(
      initiation{&what, completes}, use_task);
}

/// Runs a task that performs an operation, while a thread cancels it. `asks_what_came_out`: or
/// takes each request for a cancellation, and throws away what has completed in spite of it.
void cancelled_meanwhile(bool completes, bool knows_cancellation, bool asks_what_came_out = true) {
  cancel_scope scope;
  std::thread canceller;
  std::optional<int> value;
  {
    one_thread io;
    operation what{io, knows_cancellation, false, {}};
    canceller = std::thread([&scope] { scope.cancel(); });
    value = event_loop().run(scope.run(perform(what, completes)));
    if (!asks_what_came_out && scope.cancel_called()) value.reset();
    require(!what.under_way, "as_1: it has completed");
  }
  canceller.join();
  require(value.has_value() != scope.caught(), "as_3: a value, or cancelled");
  require(value.value_or(7) == 7, "all of it");
}

HEDDLE_CHECK(as_3_cancelled_while_it_completes) { cancelled_meanwhile(true, true); }
HEDDLE_CHECK(as_3_broken_asks_for_the_request) { cancelled_meanwhile(true, true, false); }
HEDDLE_CHECK(as_2_cancelled_or_for_ever) { cancelled_meanwhile(false, true); }
HEDDLE_CHECK(as_2_knows_no_cancellation) { cancelled_meanwhile(true, false); }
HEDDLE_CHECK(as_2_knows_none_and_never_completes) { cancelled_meanwhile(false, false); }

/// A wait that goes on as soon as the scope is cancelled, while the operation still writes into
/// what the task had: asynchronous work that is abandoned.
HEDDLE_CHECK(as_1_goes_on_before_the_end) {
  one_thread io;
  cancel_scope scope;
  event_loop().run(scope.run([](one_thread& io, cancel_scope& scope) -> task<> {
    heddle::async_event arrived;
    int buffer = 0;
    asio::post(io.get_executor(), [&buffer] { buffer = 7; });
    scope.cancel();
    co_await arrived.wait();
    require(buffer == 7, "never reached");
  }(io, scope)));
}

/// The signal is emitted by who cancels, on his own thread.
HEDDLE_CHECK(as_2_emitted_on_the_wrong_thread) {
  one_thread io;
  asio::cancellation_signal signal;
  int emitted = 0;
  std::thread canceller;
  {
    signal.slot().assign([&emitted](auto) { ++emitted; });
    asio::post(io.get_executor(), [&signal] { signal.slot().clear(); });  // it completes
    canceller = std::thread([&signal] { signal.emit(asio::cancellation_type::all); });
    canceller.join();
  }
}

/// A task as an operation, whose slot is emitted at any moment, by `emit(io, signal)`.
template <typename Emit>
void emitted_at_any_moment(Emit emit) {
  asio::cancellation_signal signal;
  int told = 0, ran = 0;
  {
    one_thread io;
    auto work = [](int& ran) -> task<int> {
      co_await checkpoint();
      co_return ++ran;
    };
    heddle::async_run(io.get_executor(), work(ran),
                      asio::bind_cancellation_slot(
                          signal.slot(), [&told, &ran](std::exception_ptr error, int value) {
                            ++told;
                            require(value == ran, "ar_3: a value, or cancelled");
                            require((error != nullptr) == (ran == 0), "and not both");
                            require(!error || heddle::detail::is_aborted(error), "as Asio says it");
                          }));
    std::thread canceller([&] { emit(io, signal); });
    canceller.join();
  }
  require(told == 1, "ar_2: it completes once");
}

HEDDLE_CHECK(ar_2_emitted_on_the_executor) {
  emitted_at_any_moment([](one_thread& io, asio::cancellation_signal& signal) {
    asio::post(io.get_executor(), [&signal] { signal.emit(asio::cancellation_type::all); });
  });
}

HEDDLE_CHECK(ar_2_emitted_by_another_thread) {
  emitted_at_any_moment([](one_thread&, asio::cancellation_signal& signal) {
    signal.emit(asio::cancellation_type::all);
  });
}

}  // namespace
}  // namespace contracts
