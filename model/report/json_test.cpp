// The shape that other tools rely on, read back with a parser.

#include "model/report/json.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "model/report/sample_results.hpp"
#include "model/report/sarif.hpp"

namespace heddle::report {
namespace {

using nlohmann::json;

std::set<std::string> keys(const json& object) {
  std::set<std::string> result;
  for (const auto& [key, value] : object.items()) result.insert(key);
  return result;
}

TEST(json, has_exactly_the_keys_of_schema_1) {
  const auto results = samples::all();
  const json whole = json::parse(render_json(results, samples::around()));
  EXPECT_EQ(keys(whole), (std::set<std::string>{"schema", "checks"}));
  EXPECT_EQ(whole["schema"], 1);
  ASSERT_EQ(whole["checks"].size(), results.size());
  for (const json& check : whole["checks"])
    EXPECT_EQ(keys(check),
              (std::set<std::string>{"name", "verdict", "reason", "memory_model", "mode",
                                     "executions", "blocked", "seconds", "executions_per_second",
                                     "max_events", "threads", "seed", "failure"}));
  EXPECT_TRUE(whole["checks"][0]["failure"].is_null());
  const json& failure = whole["checks"][3]["failure"];
  EXPECT_EQ(keys(failure),
            (std::set<std::string>{"kind", "message", "execution", "location", "replay", "trace"}));
  EXPECT_EQ(failure["location"], "tests/message.cpp:21");
  for (const json& event : failure["trace"])
    EXPECT_EQ(keys(event), (std::set<std::string>{"thread", "index", "operation", "order", "object",
                                                  "value", "reads_from", "location", "leaves"}));
}

TEST(json, says_which_write_a_read_sees) {
  const json check = json::parse(render_json_check(samples::message_passing(), samples::around()));
  const json& trace = check["failure"]["trace"];
  EXPECT_TRUE(trace[0]["reads_from"].is_null());
  EXPECT_EQ(trace[3]["reads_from"], "initial");
  EXPECT_EQ(trace[6]["reads_from"], (json{{"thread", 1}, {"index", 1}}));
  EXPECT_EQ(trace[2]["leaves"], "it has finished");
  EXPECT_TRUE(trace[3]["leaves"].is_null());
  EXPECT_EQ(trace[6]["object"], "ready");
}

TEST(json, gives_the_reason_of_what_is_not_conclusive) {
  const auto reason = [](const check_result& result) {
    return json::parse(render_json_check(result, samples::around()))["reason"];
  };
  EXPECT_EQ(reason(samples::bounded()), "the limit of 30 seconds was reached");
  EXPECT_EQ(reason(samples::error()),
            "the program called select(), which heddle cannot model (at tests/message.cpp:40)");
  EXPECT_TRUE(reason(samples::verified()).is_null());
  EXPECT_TRUE(reason(samples::message_passing()).is_null());
  // A search that was cut after its first failure (--keep-going) says so, too.
  check_result cut = samples::message_passing();
  cut.reason = "interrupted";
  EXPECT_EQ(reason(cut), "interrupted");
}

TEST(json, survives_any_text_and_number) {
  check_result result = samples::message_passing();
  result.name = "quote \" and \xff";
  result.seconds = std::numeric_limits<double>::infinity();
  result.failure->what.message = std::string("zero \0 byte", 11);
  const json check = json::parse(render_json_check(result, {}));
  EXPECT_EQ(check["name"], "quote \" and \uFFFD");
  EXPECT_EQ(check["seconds"], 0);
  EXPECT_EQ(check["failure"]["message"], result.failure->what.message);
  EXPECT_EQ(check["failure"]["location"], "0x3fd");
}

TEST(sarif, has_one_result_per_failure_and_notifies_the_rest) {
  const auto results = samples::all();
  const json log = json::parse(render_sarif(results, samples::around()));
  EXPECT_EQ(log["version"], "2.1.0");
  const json& run = log["runs"][0];
  EXPECT_EQ(run["results"].size(), 4u);
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 4u);
  EXPECT_EQ(run["invocations"][0]["toolExecutionNotifications"].size(), 2u);
  EXPECT_EQ(run["invocations"][0]["executionSuccessful"], false);
  const json& first = run["results"][0];
  const json& place = first["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "tests/message.cpp");
  EXPECT_EQ(place["region"]["startLine"], 21);
  EXPECT_EQ(first["codeFlows"][0]["threadFlows"].size(), 2u);

  const std::vector<check_result> good{samples::verified()};
  const json quiet = json::parse(render_sarif(good, samples::around()))["runs"][0];
  EXPECT_TRUE(quiet["results"].empty());
  EXPECT_EQ(quiet["invocations"][0]["executionSuccessful"], true);
}

}  // namespace
}  // namespace heddle::report
