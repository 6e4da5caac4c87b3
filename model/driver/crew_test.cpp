// Processes that share work: real ones, without a search.
#include "model/driver/crew.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace heddle {
namespace {

using namespace std::chrono_literals;
using side = crew::side;
using message = crew::message;

/// Until nobody else searches, or something has happened to one of them.
std::optional<std::string> wait_for_the_others(crew& all) {
  while (all.others_search()) {
    if (auto accident = all.casualty()) return accident;
    std::this_thread::sleep_for(1ms);
  }
  return std::nullopt;
}

[[noreturn]] void wait_for_the_end(const crew& all) {
  while (!all.is_over()) std::this_thread::sleep_for(1ms);
  _exit(0);
}

TEST(crew, adds_up_what_its_members_have_seen) {
  crew all(3);
  for (int i = 0; i < 20; ++i) {
    const side mine = all.split();
    if (mine == side::newcomer) {
      all.publish({.executions = 1});
      all.publish({.executions = 10, .blocked = 2, .max_events = 7, .explored = 0.25});
      all.leave();
    }
    ASSERT_EQ(mine, side::old);
    ASSERT_EQ(wait_for_the_others(all), std::nullopt);
  }
  const tally seen = all.of_the_others();
  EXPECT_EQ(seen.executions, 200u);
  EXPECT_EQ(seen.blocked, 40u);
  EXPECT_EQ(seen.max_events, 7u);
  EXPECT_EQ(seen.explored, 5);
  EXPECT_TRUE(all.is_head());
}

TEST(crew, knows_how_its_members_end_where_such_signals_are_ignored) {
  signal(SIGCHLD, SIG_IGN);
  {
    crew all(2);
    if (all.split() == side::newcomer) _exit(3);
    EXPECT_NE(wait_for_the_others(all).value_or("").find("status 3"), std::string::npos);
  }
  EXPECT_EQ(signal(SIGCHLD, SIG_DFL), SIG_IGN) << "as it was before";
}

TEST(crew, has_as_many_at_work_as_it_may) {
  crew all(2);
  EXPECT_TRUE(all.has_room());
  if (all.split() == side::newcomer) wait_for_the_end(all);
  EXPECT_FALSE(all.has_room());
  EXPECT_EQ(all.split(), side::alone);
  all.rest();
  EXPECT_TRUE(all.has_room()) << "another may search in its place";
  all.dismiss();
  EXPECT_FALSE(all.others_search());
}

TEST(crew, members_share_their_work_too_and_all_belong_to_the_head) {
  crew all(4);
  if (all.split() == side::newcomer) {
    if (all.split() == side::newcomer) {
      all.publish({.executions = 3});
      all.leave();
    }
    all.publish({.executions = 4});
    all.leave();
  }
  EXPECT_EQ(wait_for_the_others(all), std::nullopt);
  EXPECT_EQ(all.of_the_others().executions, 7u);
}

TEST(crew, the_first_message_of_a_kind_counts) {
  crew all(2);
  const std::string large(200'000, 'x');
  for (const std::string& text : {large, std::string("second")}) {
    if (all.split() == side::newcomer) {
      all.tell(message::conclusion, text);
      all.leave();
    }
    EXPECT_EQ(wait_for_the_others(all), std::nullopt);
  }
  EXPECT_EQ(all.told(message::conclusion), large);
  EXPECT_EQ(all.told(message::first_cut), std::nullopt);
}

TEST(crew, who_does_not_end_well_is_noticed) {
  crew all(2);
  if (all.split() == side::newcomer) {
    raise(SIGKILL);
  }
  EXPECT_NE(wait_for_the_others(all).value_or("").find("killed by signal 9"), std::string::npos);
  all.rest();  // for the one that was killed, which has not said that it works no more
  if (all.split() == side::newcomer) _exit(3);
  EXPECT_NE(wait_for_the_others(all).value_or("").find("ended with status 3"), std::string::npos);
}

TEST(crew, ends_with_its_head) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t head = fork();
  if (head == 0) {
    crew all(2);
    if (all.split() == side::newcomer) wait_for_the_end(all);
    _exit(0);  // without saying good-bye
  }
  close(ends[1]);
  char nothing;
  EXPECT_EQ(read(ends[0], &nothing, 1), 0) << "who still has the pipe still lives";
  close(ends[0]);
}

TEST(crew, runs_no_more_executions_than_it_may) {
  crew all(2);
  const bool newcomer = all.split() == side::newcomer;
  std::uint64_t mine = 0;
  while (all.take_one_of(10'000)) ++mine;
  if (newcomer) {
    all.publish({.executions = mine});
    all.leave();
  }
  EXPECT_EQ(wait_for_the_others(all), std::nullopt);
  EXPECT_EQ(mine + all.of_the_others().executions, 10'000u);
  EXPECT_TRUE(all.has_run_out(10'000));
  EXPECT_FALSE(crew(2).has_run_out(10'000));
}

}  // namespace
}  // namespace heddle
