#include "model/report/sarif.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "model/report/locator.hpp"
#include "model/report/markup.hpp"
#include "model/report/story.hpp"
#include "model/report/words.hpp"

namespace heddle::report {
namespace {

using nlohmann::ordered_json;

ordered_json message(const std::string& text) { return {{"text", text}}; }

/// A SARIF location; only a message if the place has no line.
ordered_json location(const call_stack& stack, const std::string& text, const locator& places) {
  ordered_json result = ordered_json::object();
  const auto f = places.user_frame(stack);
  if (f && !f->file.empty()) {
    result["physicalLocation"] = {
        {"artifactLocation", {{"uri", path_as_uri(places.relative(f->file))}}}};
    if (f->line > 0) result["physicalLocation"]["region"] = {{"startLine", f->line}};
  }
  if (!text.empty()) result["message"] = message(text);
  return result;
}

ordered_json thread_flows(const failing_execution& failure, const story& told,
                          const locator& places) {
  std::map<thread_id, ordered_json> flows;
  unsigned order = 0;
  for (const trace_event& event : failure.trace) {
    ordered_json step = {
        {"location", location(event.stack, describe(event, places), places)},
        {"executionOrder", ++order},
    };
    ordered_json& flow = flows[event.thread];
    if (flow.is_null())
      flow = {{"id", told.name_of_thread(event.thread)}, {"locations", ordered_json::array()}};
    flow["locations"].push_back(std::move(step));
  }
  ordered_json result = ordered_json::array();
  for (auto& [thread, flow] : flows) result.push_back(std::move(flow));
  return result;
}

ordered_json result_of(const check_result& result, const setting& around) {
  const locator places(around);
  const failing_execution& failure = *result.failure;
  const story told = tell(failure, around);
  ordered_json sarif = {{"ruleId", name_of(failure.what.kind)},
                        {"level", "error"},
                        {"message", message(result.name + ": " + headline(failure.what))}};
  if (ordered_json place = location(failure.what.stack, "", places); !place.empty())
    sarif["locations"] = ordered_json::array({std::move(place)});
  ordered_json related = ordered_json::array();
  for (const note& fact : failure.what.notes)
    related.push_back(location(fact.stack, fact.text, places));
  if (!related.empty()) sarif["relatedLocations"] = std::move(related);
  if (!failure.trace.empty()) {
    ordered_json flow = {{"threadFlows", thread_flows(failure, told, places)}};
    sarif["codeFlows"] = ordered_json::array({std::move(flow)});
  }
  if (!failure.replay.empty()) sarif["properties"] = {{"replay", replay_line(result, around)}};
  return sarif;
}

}  // namespace

std::string render_sarif(std::span<const check_result> results, const setting& around) {
  ordered_json found = ordered_json::array(), rules = ordered_json::array(),
               notifications = ordered_json::array();
  std::set<std::string> kinds;
  bool successful = true;
  for (const check_result& result : results) {
    if (result.failure) {
      found.push_back(result_of(result, around));
      const failure_kind kind = result.failure->what.kind;
      if (kinds.insert(name_of(kind)).second)
        rules.push_back(
            {{"id", name_of(kind)}, {"shortDescription", message(kind_in_words(kind))}});
    }
    if (result.verdict == verdict::error || result.verdict == verdict::bounded) {
      const bool error = result.verdict == verdict::error;
      successful = successful && !error;
      notifications.push_back(
          {{"level", error ? "error" : "warning"},
           {"message", message(result.name + ": " + verdict_sentence(result))}});
    }
  }
  ordered_json invocation = {{"executionSuccessful", successful}};
  if (!notifications.empty()) invocation["toolExecutionNotifications"] = std::move(notifications);
  ordered_json run = {{"tool", {{"driver", {{"name", "heddle"}, {"rules", std::move(rules)}}}}},
                      {"invocations", ordered_json::array({std::move(invocation)})},
                      {"results", std::move(found)}};
  const ordered_json log = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                            {"version", "2.1.0"},
                            {"runs", ordered_json::array({std::move(run)})}};
  return log.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace heddle::report
