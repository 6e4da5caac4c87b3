// Coverage of litmus programs: what is racing, what was seen in one order only, what could have
// been read, and when to stop.
#include "model/diagnose/coverage.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/explore/random_search.hpp"
#include "model/testing/litmus_code.hpp"
#include "model/testing/litmus_program.hpp"

namespace heddle::testing {
namespace {

using pair = coverage_summary::place_pair;

struct watched {
  diagnose::coverage coverage{
      [](const recorded_event& event) { return std::to_string(event.address); }};
  std::uint64_t new_ones = 0;
};

/// So many executions of the program. The name of a place is 100 · thread + its number in that.
void draw(watched& w, const litmus_code& code, search_mode mode, std::uint64_t executions,
          unsigned stale = 50) {
  litmus_program program(code, failed_assertion::blocks_thread);
  const auto scheduler = make_scheduler(mode, 3);
  random_search search({}, *scheduler, 1, stale);
  for (std::uint64_t n = 0; n < executions; ++n) {
    search.begin_execution(n);
    program.run(search);
    search.end_execution();
    w.new_ones += w.coverage.add(search.graph(), search.model(), [](thread_id t, std::uint32_t i) {
      const std::uintptr_t place = 100u * t + i;
      return recorded_event{"", place, {place}};
    });
  }
}

constexpr const char* a_write_and_a_read = "P0:\n  x.store(1, rlx)\nP1:\n  r = x.load(rlx)\n";

TEST(coverage, knows_what_one_execution_has_not_shown) {
  watched w;
  draw(w, compile(a_write_and_a_read), search_mode::pos, 1);
  const coverage_summary seen = w.coverage.summary();
  EXPECT_EQ(seen.executions, 1u);
  EXPECT_EQ(seen.last_new, 1u);
  EXPECT_EQ(seen.racing, 1u);
  EXPECT_EQ(seen.one_order.size(), 1u);
  EXPECT_EQ(seen.reads_from, 1u);
  EXPECT_EQ(seen.unread.size(), 1u);
}

TEST(coverage, is_complete_when_all_has_been_seen_and_then_stops) {
  watched w;
  draw(w, compile(a_write_and_a_read), search_mode::pos, 100);
  const coverage_summary seen = w.coverage.summary();
  EXPECT_EQ(seen.racing, 1u);
  EXPECT_EQ(seen.reads_from, 2u);
  EXPECT_TRUE(seen.one_order.empty());
  EXPECT_TRUE(seen.unread.empty());
  EXPECT_LE(w.new_ones, 2u);
  EXPECT_FALSE(w.coverage.saturated());
  draw(w, compile(a_write_and_a_read), search_mode::pos, 899 + seen.last_new);
  EXPECT_FALSE(w.coverage.saturated());
  draw(w, compile(a_write_and_a_read), search_mode::pos, 1);
  EXPECT_TRUE(w.coverage.saturated());
}

/// P0 and P1 are threads 1 and 2.
coverage_summary of_message_passing(const char* order) {
  watched w;
  draw(
      w,
      compile(std::string("P0:\n  x.store(1, rlx)\n  y.store(1, rel)\nP1:\n  r0 = y.await_eq(1, ") +
              order + ")\n  x.store(2, rlx)\n"),
      search_mode::pos, 50);
  return w.coverage.summary();
}

TEST(coverage, leaves_out_what_is_ordered_by_something_else) {
  const coverage_summary ordered = of_message_passing("acq");
  EXPECT_EQ(ordered.racing, 1u) << "the stores of x do not race";
  EXPECT_EQ(ordered.one_order, (std::vector<pair>{{"101", "200"}})) << "it waits for the write";
  EXPECT_TRUE(ordered.unread.empty());
  EXPECT_EQ(of_message_passing("rlx").racing, 2u) << "nothing orders them now";
}

TEST(coverage, has_nothing_left_of_a_small_program) {
  const char* const program =
      "P0:\n  x.store(1, rlx)\n  y.store(1, rlx)\nP1:\n  r = y.load(rlx)\n  s = x.load(rlx)\n"
      "  assert s == 1 or r == 0\n";
  watched strong, weak;
  draw(strong, compile(program), search_mode::pos, 500, 0);
  draw(weak, compile(program), search_mode::pos, 500);
  EXPECT_TRUE(strong.coverage.summary().unread.empty()) << "each write is seen by each read";
  EXPECT_TRUE(weak.coverage.summary().unread.empty());
  EXPECT_EQ(weak.coverage.summary().racing, 2u);
}

}  // namespace
}  // namespace heddle::testing
