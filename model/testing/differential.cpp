#include "model/testing/differential.hpp"

#include <stdexcept>

#include "model/testing/litmus_data.hpp"
#include "model/testing/shrink.hpp"

namespace heddle::testing {
namespace {

memory_model same_model(axiom_model model) {
  switch (model) {
    case axiom_model::cpp20:
      return memory_model::cpp20;
    case axiom_model::rc11:
      return memory_model::rc11;
    case axiom_model::sc:
      return memory_model::sc;
  }
  __builtin_unreachable();
}

/// Up to three keys of `from` that are not in `in`.
std::string list_missing(const char* what, const graph_keys& from, const graph_keys& in,
                         const litmus_code& code) {
  std::string text;
  unsigned count = 0;
  for (const graph_key& key : from) {
    if (in.count(key) == 0 && ++count <= 3) text += "\n    " + describe(key, code);
  }
  if (count == 0) return "";
  return "  " + std::string(what) + ": " + std::to_string(count) + text + "\n";
}

std::string differences(const oracle_outcome& truth, const search_outcome& found,
                        const litmus_code& code) {
  std::string text;
  text += list_missing("complete graphs missing", truth.complete, found.complete, code);
  text +=
      list_missing("complete graphs that are not consistent", found.complete, truth.complete, code);
  text += list_missing("stuck graphs missing", truth.stuck, found.blocked, code);
  text += list_missing("deadlocks not called so", truth.deadlocks, found.deadlocks, code);
  text += list_missing("called deadlocks and are not", found.deadlocks, truth.deadlocks, code);
  text += list_missing("failed assertions missing", truth.unwaiting_errors, found.unwaiting_errors,
                       code);
  text += list_missing("failed assertions invented", found.unwaiting_errors, truth.unwaiting_errors,
                       code);
  text += list_missing("stopped graphs missing", truth.unwaiting_blocked, found.unwaiting_blocked,
                       code);
  text += list_missing("stopped graphs invented", found.unwaiting_blocked, truth.unwaiting_blocked,
                       code);
  if (found.duplicates > 0) {
    text += "  seen twice: " + std::to_string(found.duplicates) + "\n    " +
            describe(found.first_duplicate, code) + "\n";
  }
  if (found.other_endings > 0) {
    text += "  executions with an unexpected ending: " + std::to_string(found.other_endings) + "\n";
  }
  if (found.gave_up) text += "  the search does not end\n";
  if (truth.repeated > 0) text += "  THE ORACLE found graphs twice\n";
  return text;
}

}  // namespace

comparison compare(const litmus_code& code, axiom_model model, std::uint64_t max_candidates) {
  comparison result;
  oracle_options options;
  options.max_candidates = max_candidates;
  oracle_outcome truth;
  try {
    truth = enumerate(code, model, options);
  } catch (const std::length_error&) {
    truth.gave_up = true;
  }
  if (truth.gave_up) {
    result.skipped = true;
    return result;
  }
  const std::uint64_t graphs = truth.complete.size() + truth.blocked.size() + truth.errors.size();
  const search_outcome found = explore(code, same_model(model), 10 * graphs + 1000);
  result.complete = truth.complete.size();
  result.stuck = truth.stuck.size();
  result.executions = found.executions;
  result.blocked_executions = found.blocked_executions;
  result.difference = differences(truth, found, code);
  return result;
}

std::string explain_difference(const std::string& text, axiom_model model,
                               std::uint64_t max_candidates) {
  const std::string smallest = shrink(text, [&](const std::string& attempt) {
    return !compare(compile(attempt), model, max_candidates).difference.empty();
  });
  const litmus_code code = compile(smallest);
  const comparison result = compare(code, model, max_candidates);
  return std::string("under ") + name_of(model) + "\n" + text + "smallest found:\n" + smallest +
         "  complete graphs: " + std::to_string(result.complete) +
         ", stuck: " + std::to_string(result.stuck) +
         ", executions: " + std::to_string(result.executions) + "\n" + result.difference;
}

}  // namespace heddle::testing
