#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "model/driver/options.hpp"
#include "model/driver/told_result.hpp"
#include "model/report/console.hpp"
#include "model/report/json.hpp"

namespace heddle {
namespace {

/// The words of the command line, so that both faces know the same.
session_options parsed_mode(const options& wanted) {
  const auto parsed =
      driver::parse_options({"--mode", wanted.mode, "--depth", std::to_string(wanted.depth),
                             "--stale", std::to_string(wanted.stale_percent)},
                            "heddle::explore");
  if (parsed.options) return parsed.options->session;
  // "heddle: option --mode knows …; --help lists the options"
  std::string sentence = parsed.text.substr(0, parsed.text.rfind("; --help"));
  if (sentence.starts_with("heddle: ")) sentence.erase(0, 8);
  throw std::invalid_argument("heddle::explore: " + sentence);
}

session_options checked(const options& wanted) {
  const auto model = driver::memory_model_named(wanted.memory_model);
  if (!model) {
    throw std::invalid_argument(fmt::format(
        "heddle::explore: memory_model is cpp20, rc11 or sc, not \"{}\"", wanted.memory_model));
  }
  if (!std::isfinite(wanted.seconds) || wanted.seconds < 0) {
    throw std::invalid_argument("heddle::explore: seconds is finite and not negative");
  }
  if (wanted.max_steps == 0) {
    throw std::invalid_argument("heddle::explore: max_steps is at least 1");
  }
  session_options session = parsed_mode(wanted);
  session.model = *model;
  session.executions = wanted.executions;
  session.seconds = wanted.seconds;
  session.max_steps = wanted.max_steps;
  session.replay = wanted.replay;
  session.estimate = wanted.estimate_probes != 0;
  session.estimate_probes = wanted.estimate_probes;
  session.keep_going = wanted.keep_going;
  session.shrink = wanted.shrink;
  session.races = wanted.races;
  session.spurious = wanted.spurious;
  session.allocation_failures = wanted.allocation_failures;
  session.seed = wanted.seed;
  return session;
}

report::console_style plain_style(report::symbolizer& names) {
  report::console_style style;
  style.names = &names;
  std::error_code ignored;
  style.directory = std::filesystem::current_path(ignored).string();
  style.replay_command = [](const check_result& failed) {
    return fmt::format("heddle::explore(body, {{.replay = \"{}\"}})", failed.failure->replay);
  };
  return style;
}

}  // namespace

void explore_and_tell(const std::function<void()>& body, const options& wanted,
                      void (*tell)(void* out, const told_result& told), void* out) {
  const session_options session = checked(wanted);
  if (!body) throw std::invalid_argument("heddle::explore: the body is empty");
  const check_result found = run_session(wanted.name, body, session, {});

  const auto names = report::make_symbolizer();
  const report::console_style style = plain_style(*names);
  const std::string text = report::render_console(found, style);
  const std::string json = report::render_json_check(found, style);
  told_result told;
  told.verdict = name_of(found.verdict);
  told.reason = found.reason;
  told.executions = found.executions;
  told.blocked = found.blocked;
  told.failures = found.failures;
  told.seconds = found.seconds;
  if (found.estimate) {
    told.estimated_executions = found.estimate->executions;
    told.estimate_standard_error = found.estimate->standard_error;
  }
  told.text = text;
  told.json = json;
  if (found.failure) {
    told.failure_kind = name_of(found.failure->what.kind);
    told.failure_message = found.failure->what.message;
    told.replay = found.failure->replay;
  }
  tell(out, told);
}

}  // namespace heddle
