#include "model/report/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "model/report/locator.hpp"
#include "model/report/words.hpp"

namespace heddle::report {
namespace {

using nlohmann::ordered_json;

double finite(double number) { return std::isfinite(number) ? number : 0; }

ordered_json reads_from(const trace_event& event) {
  if (!event.reads) return nullptr;
  if (event.reads_initial) return "initial";
  if (event.reads_from_thread == no_thread) return nullptr;
  return {{"thread", event.reads_from_thread}, {"index", event.reads_from_index}};
}

ordered_json json_of(const trace_event& event, const locator& places) {
  return {{"thread", event.thread},
          {"index", event.index},
          {"operation", event.operation},
          {"order", event.order},
          {"object", places.object(event)},
          {"value", event.value},
          {"reads_from", reads_from(event)},
          {"location", places.exact_place(event.stack)},
          {"leaves", event.leaves.empty() ? ordered_json(nullptr) : ordered_json(event.leaves)}};
}

ordered_json json_of(const execution_size& size) {
  return {{"threads", size.threads},
          {"operations", size.operations},
          {"context_switches", size.switches},
          {"stale_reads", size.stale_reads},
          {"overtaken_writes", size.late_writes},
          {"choices", size.choices}};
}

/// What shrinking has to say, where it is known.
void add_size(ordered_json& object, const failing_execution& failure) {
  if (!failure.needs) return;
  object["needs"] = json_of(*failure.needs);
  object["shrunk"] = nullptr;
  if (!failure.shrunk) return;
  object["shrunk"] = {{"from", json_of(failure.shrunk->from)},
                      {"executions", failure.shrunk->executions},
                      {"finished", failure.shrunk->finished}};
}

ordered_json json_of(const failing_execution& failure, const locator& places) {
  ordered_json trace = ordered_json::array();
  for (const trace_event& event : failure.trace) trace.push_back(json_of(event, places));
  ordered_json object = {{"kind", name_of(failure.what.kind)},
                         {"message", failure.what.message},
                         {"execution", failure.execution},
                         {"location", places.exact_place(failure.what.stack)},
                         {"replay", failure.replay}};
  add_size(object, failure);
  object["trace"] = std::move(trace);
  return object;
}

/// Why a search is bounded or in error, and where; null where it was conclusive: a result has a
/// reason exactly if there is something to say (result.hpp).
ordered_json reason(const check_result& result, const locator& places) {
  if (result.reason.empty()) return nullptr;
  const std::string place = places.exact_place(result.reason_stack);
  return place.empty() ? result.reason : result.reason + " (at " + place + ")";
}

ordered_json json_of(const search_estimate& estimate) {
  return {{"executions", finite(estimate.executions)},
          {"standard_error", finite(estimate.standard_error)},
          {"probes", estimate.probes},
          {"seconds", finite(estimate.seconds)}};
}

ordered_json json_of(const std::vector<coverage_summary::place_pair>& pairs) {
  ordered_json list = ordered_json::array();
  for (const auto& pair : pairs) list.push_back({pair.first, pair.second});
  return list;
}

ordered_json json_of(const coverage_summary& coverage) {
  return {{"executions", coverage.executions},        {"last_new", coverage.last_new},
          {"stopped_early", coverage.stopped_early},  {"racing", coverage.racing},
          {"one_order", json_of(coverage.one_order)}, {"reads_from", coverage.reads_from},
          {"unread", json_of(coverage.unread)}};
}

ordered_json json_of(const check_result& result, const setting& around) {
  const locator places(around);
  ordered_json object = {
      {"name", result.name},
      {"verdict", name_of(result.verdict)},
      {"reason", reason(result, places)},
      {"memory_model", result.memory_model},
      {"mode", result.mode},
      {"executions", result.executions},
      {"blocked", result.blocked},
      {"seconds", finite(result.seconds)},
      {"executions_per_second", finite(executions_per_second(result))},
      {"max_events", result.max_events},
      {"threads", result.threads},
      {"seed", result.seed},
      {"failure", result.failure ? json_of(*result.failure, places) : ordered_json(nullptr)}};
  if (result.estimate) object["estimate"] = json_of(*result.estimate);
  if (result.coverage) object["coverage"] = json_of(*result.coverage);
  return object;
}

std::string text_of(const ordered_json& value) {
  return value.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string render_json(std::span<const check_result> results, const setting& around) {
  ordered_json checks = ordered_json::array();
  for (const check_result& result : results) checks.push_back(json_of(result, around));
  return text_of({{"schema", 1}, {"checks", std::move(checks)}});
}

std::string render_json_check(const check_result& result, const setting& around) {
  return text_of(json_of(result, around));
}

}  // namespace heddle::report
