// The lessons of docs/tasks.md about being cancelled: 1, 2, 3, 6, 8. What stands between the marks
// is printed there.
#include <heddle/when_all.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

#include "examples/tasks/lesson.hpp"

namespace lessons {
namespace {

task<int> ask_for_the_price() {
  co_await sleep_for(1s);
  co_return 7;
}

// [lesson-1-wrong]
task<int> price_or_zero() {
  for (int attempt = 0; attempt < 3; ++attempt) {
    try {
      co_return co_await ask_for_the_price();
    } catch (...) {  // any error: try again
    }
  }
  co_return 0;
}
// [end]

// [lesson-1-right]
task<int> price_or_zero_cured() {
  for (int attempt = 0; attempt < 3; ++attempt) {
    try {
      co_return co_await ask_for_the_price();
    } catch (const std::exception&) {  // a cancellation is no std::exception
    }
  }
  co_return 0;
}
// [end]

HEDDLE_CHECK(lesson_1_wrong) {
  const std::optional<int> price = cancelled_at_any_moment(price_or_zero());
  require(price != 0, "cancelled, and yet there is a price");
}
HEDDLE_CHECK(lesson_1_right) {
  const std::optional<int> price = cancelled_at_any_moment(price_or_zero_cured());
  require(price != 0, "cancelled, and yet there is a price");
}

void one_step() { std::this_thread::sleep_for(1s); }  // of a computation

// [lesson-2-wrong]
task<> compute() {
  for (int step = 0; step < 5; ++step) one_step();
  co_return;
}
// [end]

// [lesson-2-right]
task<> compute_cured() {
  for (int step = 0; step < 5; ++step) {
    one_step();
    co_await checkpoint();
  }
}
// [end]

void a_limit_of_one_second(task<> work) {
  const auto begin = clock::now();
  heddle::run(heddle::move_on_after(1s, std::move(work)));
  require(clock::now() - begin < 3s, "it does not notice that its time is over");
}

HEDDLE_CHECK(lesson_2_wrong) { a_limit_of_one_second(compute()); }
HEDDLE_CHECK(lesson_2_right) { a_limit_of_one_second(compute_cured()); }

struct connection {
  bool greeted = false, said_goodbye = false;
  task<> say_goodbye() {
    co_await checkpoint();
    said_goodbye = true;
  }
};

task<> talk(connection& with) {
  with.greeted = true;
  co_await sleep_for(1h);
}

// [lesson-3-wrong]
task<> talk_politely(connection& with) {
  std::exception_ptr end;
  try {
    co_await talk(with);
  } catch (...) {
    end = std::current_exception();
  }
  co_await with.say_goodbye();
  if (end) std::rethrow_exception(end);
}
// [end]

// [lesson-3-right]
task<> talk_politely_cured(connection& with) {
  std::exception_ptr end;
  try {
    co_await talk(with);
  } catch (...) {
    end = std::current_exception();
  }
  co_await heddle::shielded(heddle::fail_after(1s, with.say_goodbye()));
  if (end) std::rethrow_exception(end);
}
// [end]

void goodbye_is_said(task<> (*talk)(connection&)) {
  connection other;
  cancelled_at_any_moment(talk(other));
  require(!other.greeted || other.said_goodbye, "the cleanup was itself cancelled");
}

HEDDLE_CHECK(lesson_3_wrong) { goodbye_is_said(talk_politely); }
HEDDLE_CHECK(lesson_3_right) { goodbye_is_said(talk_politely_cured); }

task<> sleep_for_long() { co_await sleep_for(1h); }

// [lesson-6-wrong]
task<> refresh_or_go_on(bool& went_on) {
  try {
    co_await heddle::with_timeout(1s, sleep_for_long());
  } catch (const heddle::timed_out&) {
  } catch (const cancelled&) {  // surely of the time-out
  }
  went_on = true;
}
// [end]

// [lesson-6-right]
task<> refresh_or_go_on_cured(bool& went_on) {
  co_await heddle::move_on_after(1s, sleep_for_long());
  went_on = true;
}
// [end]

HEDDLE_CHECK(lesson_6_wrong) {
  bool went_on = false;
  const bool complete = cancelled_at_any_moment(refresh_or_go_on(went_on));
  require(!complete && !went_on, "the caller's cancellation is taken for the time-out's");
}
HEDDLE_CHECK(lesson_6_right) {
  bool went_on = false;
  const bool complete = cancelled_at_any_moment(refresh_or_go_on_cured(went_on));
  require(!complete && !went_on, "the caller's cancellation is taken for the time-out's");
}

task<> job(bool fails) {
  co_await sleep_for(1h);
  if (fails) throw std::runtime_error("a job fails");
}

// [lesson-8-wrong]
task<int> count_failures() {
  int failures = 0;
  for (const bool fails : {true, false}) {
    try {
      co_await job(fails);
    } catch (...) {
      ++failures;
    }
  }
  co_return failures;
}
// [end]

// [lesson-8-right]
task<int> count_failures_cured() {
  std::vector<task<>> jobs;
  jobs.push_back(job(true));
  jobs.push_back(job(false));
  int failures = 0;
  for (const auto& end : co_await heddle::collect_all_settled(std::move(jobs))) {
    if (end.has_error()) ++failures;
  }
  co_return failures;
}
// [end]

void a_cancellation_is_no_failure(task<int> count) {
  const std::optional<int> failures = cancelled_at_any_moment(std::move(count));
  require(!failures, "its own cancellation is among the failures");
}

HEDDLE_CHECK(lesson_8_wrong) { a_cancellation_is_no_failure(count_failures()); }
HEDDLE_CHECK(lesson_8_right) { a_cancellation_is_no_failure(count_failures_cured()); }

}  // namespace
}  // namespace lessons
