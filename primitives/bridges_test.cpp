// Calls from real threads into a loop, and handles of children on a pool: many of them, cancelled
// at random moments. What heddle proves for two or three is counted here for thousands.
#include <gtest/gtest.h>

#include <atomic>
#include <heddle/async_event.hpp>
#include <heddle/checkpoint.hpp>
#include <heddle/event_loop.hpp>
#include <heddle/from_thread.hpp>
#include <heddle/task_handle.hpp>
#include <heddle/thread_pool.hpp>
#include <random>
#include <stop_token>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using heddle::task;
using heddle::task_group;
using heddle::thread_portal;

constexpr int callers = 4;
constexpr int rounds = 500;

/// What became of the calls.
struct ends {
  std::atomic<int> values{0}, errors{0}, cancelled{0}, refused{0};
  int all() const { return values + errors + cancelled + refused; }
};

/// Counts up, in the loop: no lock, since one thread does it.
task<int> count_up(int& counter, int round) {
  const int before = ++counter;
  co_await heddle::checkpoint();
  if (round % 5 == 0) throw std::runtime_error("every fifth");
  co_return before;
}

void call_often(const thread_portal& portal, int& counter, ends& told, unsigned seed) {
  std::minstd_rand random(seed);
  for (int round = 0; round < rounds; ++round) {
    std::stop_source source;
    std::thread stopper;
    if (random() % 8 == 0) stopper = std::thread([&source] { source.request_stop(); });
    try {
      from_thread(portal, count_up(counter, round), source.get_token());
      ++told.values;
    } catch (const heddle::cancelled&) {
      ++told.cancelled;
    } catch (const heddle::portal_closed&) {
      ++told.refused;
    } catch (const std::runtime_error&) {
      ++told.errors;
    }
    if (stopper.joinable()) stopper.join();
  }
}

/// `leaves`: the portal closes in the middle.
void call_from_all(bool leaves) {
  int counter = 0;
  ends told;
  std::atomic<int> running{callers};
  std::vector<std::thread> threads;
  heddle::run(heddle::with_portal([&](thread_portal portal) -> task<> {
    heddle::async_event over;
    for (unsigned seed = 0; seed < callers; ++seed) {
      threads.emplace_back([&, portal, seed] {
        call_often(portal, counter, told, seed);
        if (--running == 0 && !leaves) over.set();
      });
    }
    if (!leaves) co_await over.wait();
    while (leaves && counter < callers * rounds / 4) co_await heddle::sleep_for(100us);
  }));
  const int at_the_end = counter;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(told.all(), callers * rounds) << "each call has one end";
  EXPECT_EQ(counter, at_the_end) << "nothing runs when the portal has ended";
  EXPECT_EQ(told.refused > 0, leaves);
  // Each call but the refused ones has run to its first checkpoint at least.
  EXPECT_EQ(counter, told.all() - told.refused);
  EXPECT_GT(told.values, 0);
  EXPECT_GT(told.errors, 0);
}

TEST(FromThread, EachCallHasOneEnd) { call_from_all(false); }
TEST(FromThread, WhoComesTooLateIsRefused) { call_from_all(true); }

task<int> wait_a_little(std::chrono::microseconds time, int value) {
  co_await heddle::sleep_for(time);
  co_return value;
}

TEST(TaskHandle, CancelledOneByOneAtRandomMoments) {
  heddle::thread_pool pool(2);
  int values = 0, cancelled = 0;
  pool.run(heddle::with_task_group([&](task_group& group) -> task<> {
    std::vector<heddle::task_handle<int>> handles;
    std::minstd_rand random(1);
    for (int child = 0; child < 2000; ++child) {
      handles.push_back(spawn_with_result(
          group, wait_a_little(std::chrono::microseconds(random() % 3000), child)));
    }
    std::thread canceller([&] {
      for (std::size_t child = 0; child < handles.size(); child += 2) handles[child].cancel();
    });
    for (int child = 0; child < 2000; ++child) {
      try {
        const int value = co_await handles[static_cast<std::size_t>(child)];
        EXPECT_EQ(value, child);
        ++values;
      } catch (const heddle::task_cancelled&) {
        EXPECT_EQ(child % 2, 0) << "who was not cancelled completes";
        ++cancelled;
      }
    }
    canceller.join();
  }));
  EXPECT_EQ(values + cancelled, 2000);
  EXPECT_GE(values, 1000);
}

}  // namespace
