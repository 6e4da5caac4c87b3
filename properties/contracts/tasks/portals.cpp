// from_thread: plain threads call into a loop, and wait. The calls race with the stop of the call,
// the end of the loop and its cancellation.
#include <condition_variable>
#include <functional>
#include <heddle/async_event.hpp>
#include <heddle/exception_group.hpp>
#include <heddle/from_thread.hpp>
#include <heddle/shielded.hpp>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "properties/contracts/tasks/support.hpp"

namespace contracts {
namespace {

using heddle::from_thread;
using heddle::portal_closed;
using heddle::thread_portal;
using heddle::with_portal;

/// Opens a portal for a thread that does `calls(portal)`; `meanwhile()` is done in the loop, before
/// or after what the thread brings.
void with_a_thread(
    std::function<void(const thread_portal&)> calls, std::function<void()> meanwhile = [] {}) {
  std::thread thread;
  event_loop().run(with_portal([&](thread_portal portal) -> task<> {
    heddle::async_event done;
    thread = std::thread([&, portal] {
      calls(portal);
      done.set();
    });
    meanwhile();
    co_await done.wait();
  }));
  thread.join();
}

HEDDLE_CHECK(ft_2_a_value) {
  with_a_thread([](const thread_portal& portal) {
    int data = 1;
    const int value = from_thread(portal, [&data]() -> task<int> { co_return ++data; });
    require(value == 2 && data == 2, "ft_6: seen there, and here");
  });
}

/// An error comes out as it was thrown; in other words, who knows what to do about it does not
/// recognise it.
void error_of_a_call(bool as_it_is) {
  bool recognised = false;
  with_a_thread([&](const thread_portal& portal) {
    try {
      try {
        from_thread(portal, [] { throw failure(); });
      } catch (const std::exception& error) {
        if (as_it_is) throw;
        throw std::runtime_error(error.what());
      }
    } catch (const failure&) {
      recognised = true;
    } catch (const std::runtime_error&) {
    }
  });
  require(recognised, "nobody recognises the error");
}

HEDDLE_CHECK(ft_2_an_error) { error_of_a_call(true); }
HEDDLE_CHECK(ft_2_broken_in_other_words) { error_of_a_call(false); }

/// Another thread reads what the call writes, and has not waited for it.
HEDDLE_CHECK(ft_6_read_without_waiting) {
  int data = 0;
  std::thread impatient([&data] { require(data <= 1, "whatever"); });
  with_a_thread([&data](const thread_portal& portal) { from_thread(portal, [&data] { ++data; }); });
  impatient.join();
}

/// The portal closes at any moment: the call runs, or is refused; never anything else.
HEDDLE_CHECK(ft_4_closed_at_any_moment) {
  std::thread thread;
  int ran = 0, told = 0, refused = 0;
  bool over = false;
  event_loop().run([](auto& thread, int& ran, int& told, int& refused, bool& over) -> task<> {
    co_await with_portal([&](thread_portal portal) -> task<> {
      thread = std::thread([&, portal] {
        try {
          told = from_thread(portal, [&] {
            require(!over, "with_portal has waited for it");
            return ++ran;
          });
        } catch (const portal_closed&) {
          ++refused;
        }
      });
      co_return;
    });
    over = true;
  }(thread, ran, told, refused, over));
  thread.join();
  require(ran == told && ran + refused == 1, "it has run, or was refused");
}

/// A queue of calls that nobody closes: who comes too late waits for ever.
HEDDLE_CHECK(ft_4_a_queue_that_is_left) {
  std::mutex mutex;
  std::condition_variable changed;
  bool asked = false, answered = false;
  std::thread thread([&] {
    std::unique_lock lock(mutex);
    asked = true;
    while (!answered) changed.wait(lock);
  });
  event_loop().run([](auto& mutex, auto& changed, bool& asked, bool& answered) -> task<> {
    co_await checkpoint();
    std::lock_guard guard(mutex);
    if (!asked) co_return;
    answered = true;
    changed.notify_one();
  }(mutex, changed, asked, answered));
  thread.join();
}

/// A function whose stop comes at any moment: called, or not and the thread is told.
HEDDLE_CHECK(ft_3_stopped_before_it_begins) {
  std::stop_source source;
  with_a_thread(
      [&source](const thread_portal& portal) {
        bool called = false, was_cancelled = false;
        try {
          from_thread(portal, [&] { called = true; }, source.get_token());
        } catch (const cancelled&) {
          was_cancelled = true;
        }
        require(called != was_cancelled, "xt_1: cancelled, it never runs");
      },
      [&source] { source.request_stop(); });
}

/// A task that waits for ever is stopped: the thread goes on when its cleanup is over.
HEDDLE_CHECK(ft_1_waits_for_the_cleanup) {
  std::stop_source source;
  with_a_thread(
      [&source](const thread_portal& portal) {
        bool cleaned_up = false;
        auto waits = [](bool& cleaned_up) -> task<> {
          heddle::async_event never;
          try {
            co_await never.wait();
          } catch (const cancelled&) {
            cleaned_up = true;
            throw;
          }
        };
        try {
          from_thread(portal, waits(cleaned_up), source.get_token());
          require(false, "it waits for ever");
        } catch (const cancelled&) {
        }
        require(cleaned_up, "its cleanup is over");
      },
      [&source] { source.request_stop(); });
}

/// Nobody stops it.
HEDDLE_CHECK(ft_3_not_stopped) {
  with_a_thread([](const thread_portal& portal) {
    from_thread(portal, []() -> task<> {
      heddle::async_event never;
      co_await never.wait();
    });
  });
}

/// A future that is cancelled at once, while the work still cleans up (gh-105836).
HEDDLE_CHECK(ft_1_told_before_the_cleanup) {
  std::thread thread;
  cancel_scope call;
  bool cleaned_up = false;
  event_loop().run([](auto& thread, cancel_scope& call, bool& cleaned_up) -> task<> {
    thread = std::thread([&] {
      call.cancel();  // and goes on
      require(cleaned_up, "its cleanup is over");
    });
    co_await call.run([](bool& cleaned_up) -> task<> {
      heddle::async_event never;
      try {
        co_await never.wait();
      } catch (const cancelled&) {
        cleaned_up = true;
        throw;
      }
    }(cleaned_up));
  }(thread, call, cleaned_up));
  thread.join();
}

/// Something that the arguments of a call refer to.
struct borrowed {
  explicit borrowed(int& uses) : uses(&uses) {}
  borrowed(borrowed&& other) noexcept : uses(std::exchange(other.uses, nullptr)) {}
  ~borrowed() {
    if (uses != nullptr) ++*uses;
  }
  int* uses;
};

HEDDLE_CHECK(ft_1_nothing_is_left_of_the_call) {
  with_a_thread([](const thread_portal& portal) {
    int uses = 0;
    from_thread(portal, [](borrowed) -> task<> { co_return; }(borrowed(uses)));
    require(uses == 1, "its arguments are gone");
  });
}

/// The portal's scope is cancelled while a call waits in it; or in a shield, which nobody opens.
void portal_is_cancelled(bool in_a_shield) {
  std::thread thread;
  cancel_scope scope;
  heddle::async_event never;
  bool was_cancelled = false, refused = false;
  auto wait = [&]() -> task<> { co_await never.wait(); };
  event_loop().run(scope.run(with_portal([&](thread_portal portal) -> task<> {
    thread = std::thread([&, portal] {
      try {
        from_thread(portal, [&] { return in_a_shield ? heddle::shielded(wait()) : wait(); });
      } catch (const cancelled&) {
        was_cancelled = true;
      } catch (const portal_closed&) {
        refused = true;
      }
    });
    co_await checkpoint();
    scope.cancel();
    co_await checkpoint();
  })));
  thread.join();
  require(scope.caught() && was_cancelled != refused, "the thread is told");
}

HEDDLE_CHECK(ft_5_the_portal_is_cancelled) { portal_is_cancelled(false); }
HEDDLE_CHECK(ft_5_broken_out_of_reach) { portal_is_cancelled(true); }

/// FT-7: the error of a call is thrown to its thread; or it is left to a group of the portal's
/// body, which it ends.
void error_of_a_call_and_the_body(bool is_the_threads) {
  std::thread thread;
  heddle::async_event done;
  bool complete = false;
  auto call = [&](const thread_portal& portal, task_group& group) {
    try {
      from_thread(portal, [&] {
        if (is_the_threads) throw failure();
        group.spawn(fail());
      });
    } catch (const failure&) {
    }
    done.set();
  };
  auto body = [&](thread_portal portal) -> task<> {
    co_await with_task_group([&](task_group& group) -> task<> {
      thread = std::thread([&, portal] { call(portal, group); });
      co_await done.wait();
      complete = true;
    });
  };
  try {
    event_loop().run(with_portal(body));
  } catch (const heddle::exception_group&) {
  }
  thread.join();
  require(complete, "the body is disturbed");
}

HEDDLE_CHECK(ft_7_its_thread_has_the_error) { error_of_a_call_and_the_body(true); }
HEDDLE_CHECK(ft_7_broken_the_body_has_it) { error_of_a_call_and_the_body(false); }

/// A loop that waits for itself.
HEDDLE_CHECK(ft_on_the_thread_of_the_loop) {
  event_loop().run(with_portal([](thread_portal portal) -> task<> {
    from_thread(portal, [] { return 1; });
    co_return;
  }));
}

}  // namespace
}  // namespace contracts
