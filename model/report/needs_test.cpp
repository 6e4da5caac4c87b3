// What a report says about the size of a failing execution.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/report/console.hpp"
#include "model/report/html.hpp"
#include "model/report/json.hpp"
#include "model/report/words.hpp"

namespace heddle::report {
namespace {

failing_execution small() {
  failing_execution failing;
  failing.needs = execution_size{.threads = 3, .operations = 12, .switches = 2, .stale_reads = 1};
  failing.shrunk = {{.threads = 4, .operations = 41, .switches = 17, .stale_reads = 4}, 143, true};
  return failing;
}

TEST(needs, are_told_as_they_are) {
  failing_execution failing = small();
  EXPECT_EQ(needs_sentence(failing),
            "It needs 2 context switches, 1 stale read: made small in 143 executions, from 4 "
            "threads, 41 operations and 17 context switches, 4 stale reads.");
  failing.shrunk->finished = false;
  EXPECT_TRUE(needs_sentence(failing).ends_with("; not all was tried."));
  failing.shrunk->from = *failing.needs;
  failing.shrunk->finished = true;
  EXPECT_EQ(needs_sentence(failing),
            "It needs 2 context switches, 1 stale read: nothing could be left out (143 executions "
            "tried).");
  failing.shrunk.reset();
  failing.needs = execution_size{.switches = 1, .late_writes = 2};
  EXPECT_EQ(needs_sentence(failing), "It has 1 context switch, 0 stale reads, 2 overtaken writes.");
  failing.needs.reset();
  EXPECT_EQ(needs_sentence(failing), "");
}

check_result failed() {
  check_result result;
  result.name = "small";
  result.verdict = verdict::failed;
  result.failures = 1;
  result.failure = small();
  result.failure->execution = 1;
  return result;
}

TEST(needs, stand_in_every_report) {
  const check_result result = failed();
  console_style style;
  style.width = 1000;
  const std::string sentence = needs_sentence(*result.failure);
  EXPECT_NE(render_console(result, style).find(sentence), std::string::npos);
  EXPECT_NE(render_html({&result, 1}, "title", style).find(sentence), std::string::npos);
  const auto failure = nlohmann::json::parse(render_json_check(result, style)).at("failure");
  EXPECT_EQ(failure.at("needs").at("context_switches"), 2);
  EXPECT_EQ(failure.at("needs").at("stale_reads"), 1);
  EXPECT_EQ(failure.at("shrunk").at("from").at("operations"), 41);
  EXPECT_EQ(failure.at("shrunk").at("executions"), 143);
  EXPECT_EQ(failure.at("shrunk").at("finished"), true);
}

TEST(needs, are_null_where_nothing_was_shrunk) {
  check_result result = failed();
  result.failure->shrunk.reset();
  const auto failure = nlohmann::json::parse(render_json_check(result, {})).at("failure");
  EXPECT_TRUE(failure.at("shrunk").is_null());
  EXPECT_EQ(failure.at("needs").at("threads"), 3);
}

TEST(estimate, stands_in_the_json_report) {
  check_result result;
  result.name = "large";
  result.estimate = {3e9, 1e8, 50, 144'000};
  const auto estimate = nlohmann::json::parse(render_json_check(result, {})).at("estimate");
  EXPECT_EQ(estimate.at("executions"), 3e9);
  EXPECT_EQ(estimate.at("standard_error"), 1e8);
  EXPECT_EQ(estimate.at("probes"), 50);
  EXPECT_EQ(estimate.at("seconds"), 144'000);
}

}  // namespace
}  // namespace heddle::report
