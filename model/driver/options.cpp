#include "model/driver/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <limits>

#include "model/driver/crew.hpp"
#include "model/driver/shell_words.hpp"

namespace heddle::driver {
namespace {

/// A user's mistake, said in one sentence.
[[noreturn]] void refuse(std::string sentence) { throw CLI::ValidationError(std::move(sentence)); }

template <typename Number>
Number whole_number(const char* option, const std::string& text, Number least) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stopped == end && number >= least) return number;
  refuse(fmt::format("option {} needs a whole number from {} to {}, not \"{}\"", option, least,
                     std::numeric_limits<Number>::max(), text));
}

double positive_seconds(const char* option, const std::string& text) {
  double number{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stopped == end && std::isfinite(number) && number > 0) return number;
  refuse(fmt::format("option {} needs a positive number of seconds, not \"{}\"", option, text));
}

memory_model model_or_refuse(const std::string& name) {
  if (auto model = memory_model_named(name)) return *model;
  refuse(fmt::format("option --memory-model knows cpp20, rc11 and sc, not \"{}\"", name));
}

search_mode mode_or_refuse(const std::string& name) {
  for (const auto mode : all_search_modes) {
    if (name == name_of(mode)) return mode;
  }
  refuse(
      fmt::format("option --mode knows exhaustive, random, pct, pos, surw, rff and portfolio, not "
                  "\"{}\"",
                  name));
}

class command_line {
 public:
  explicit command_line(const std::string& program)
      : app_(
            "Explores every execution of the checks in this program.\n"
            "Exit status: 0 all verified, 1 some check failed, 2 usage or error,\n"
            "77 nothing failed but some check was bounded.",
            program) {
    app_.allow_extras();
    add_selection();
    add_search();
    add_outputs();
  }

  parsed_options parse(std::vector<std::string> arguments) {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // CLI11 wants it so
    try {
      app_.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
      return {std::nullopt, app_.help(), exit_status::verified};
    } catch (const CLI::ArgumentMismatch& mismatch) {
      return complaint(value_mismatch(mismatch.what()));
    } catch (const CLI::ParseError& error) {
      return complaint(error.what());
    }
    if (const auto unknown = app_.remaining(); !unknown.empty()) {
      const char* what = unknown.front().starts_with('-') ? "unknown option" : "stray argument";
      return complaint(fmt::format("{} {}", what, unknown.front()));
    }
    if (!options_.session.replay.empty() && options_.session.keep_going) {
      return complaint("--replay runs one execution, so --keep-going has no meaning beside it");
    }
    if (options_.session.coverage && options_.session.mode == search_mode::exhaustive) {
      return complaint("--coverage is for the random modes: the exhaustive one reaches everything");
    }
    if (options_.session.jobs > 1 && options_.session.mode != search_mode::exhaustive) {
      return complaint(
          "--jobs splits an exhaustive search; of the random modes start several processes, with "
          "another --seed each");
    }
    return {std::move(options_), {}, exit_status::verified};
  }

 private:
  using text_action = std::function<void(const std::string&)>;

  void value(const char* name, const char* type, const char* help, text_action action) {
    app_.add_option_function<std::string>(name, std::move(action), help)
        ->type_name(type)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }

  void flag(const char* name, const char* help, bool& target, bool meaning = true) {
    app_.add_flag_callback(
            name, [&target, meaning] { target = meaning; }, help)
        ->disable_flag_override();
  }

  void add_selection() {
    flag("--list", "Print the names of the checks and run none", options_.list);
    value("--filter", "GLOB", "Only the checks whose name matches",
          [this](const std::string& text) { options_.filter = text; });
    value("--replay", "TOKEN", "Run one execution only, as a report's last line gave it",
          [this](const std::string& text) {
            if (text.empty()) refuse("option --replay needs the token of a report, not \"\"");
            options_.session.replay = text;
          });
  }

  void add_search() {
    session_options& session = options_.session;
    value("--memory-model", "cpp20|rc11|sc", "What the processor and compiler may do [cpp20]",
          [&session](const std::string& text) { session.model = model_or_refuse(text); });
    value("--mode", "exhaustive|random|pct|pos|surw|rff|portfolio", "How to search [exhaustive]",
          [&session](const std::string& text) { session.mode = mode_or_refuse(text); });
    value("--depth", "N", "Order constraints that --mode pct is to meet by chance [3]",
          [&session](const std::string& text) {
            session.depth = whole_number<unsigned>("--depth", text, 1);
            if (session.depth > 1000) refuse("option --depth needs a number from 1 to 1000");
          });
    value("--stale", "PERCENT",
          "How often a random mode lets a read see an older write than the newest [50]",
          [&session](const std::string& text) {
            session.stale_percent = whole_number<unsigned>("--stale", text, 0);
            if (session.stale_percent > 100) refuse("option --stale needs a number from 0 to 100");
          });
    value("--seed", "N", "Seed of whatever is random [0]", [&session](const std::string& text) {
      session.seed = whole_number<std::uint64_t>("--seed", text, 0);
    });
    value("--executions", "N",
          "Stop each check after N executions [random modes: 10000, unless --time is given]",
          [&session](const std::string& text) {
            session.executions = whole_number<std::uint64_t>("--executions", text, 1);
          });
    value("--time", "SECONDS", "Stop each check after this time",
          [&session](const std::string& text) {
            session.seconds = positive_seconds("--time", text);
          });
    value("--max-steps", "N", "Cut an execution after N operations [100000]",
          [&session](const std::string& text) {
            session.max_steps = whole_number<std::uint32_t>("--max-steps", text, 1);
          });
    flag("--coverage", "Say what a random mode has not reached; stop when nothing new comes",
         session.coverage);
    value("--jobs", "N", "Search a check exhaustively with up to N processes [1]",
          [&session](const std::string& text) {
            session.jobs = whole_number<unsigned>("--jobs", text, 1);
            if (session.jobs > crew::most_jobs) {
              refuse(fmt::format("option --jobs needs a number from 1 to {}", crew::most_jobs));
            }
          });
    flag("--keep-going", "Count a check's failures instead of stopping at its first",
         session.keep_going);
    flag("--estimate", "Only estimate how many executions an exhaustive search would have",
         session.estimate);
    flag("--no-shrink", "Show a failing execution as it was found", session.shrink, false);
    flag("--spurious", "Explore spurious wake-ups and weak compare-exchange failures, too",
         session.spurious);
    value("--alloc-failures", "N", "Explore that up to N allocations of an execution fail",
          [&session](const std::string& text) {
            session.allocation_failures = whole_number<unsigned>("--alloc-failures", text, 0);
          });
    flag("--no-races", "Do not report data races", session.races, false);
  }

  void add_outputs() {
    output("--json", "FILE", "Write the results as JSON", options_.json_file);
    output("--junit", "FILE", "Write the results as JUnit XML", options_.junit_file);
    output("--sarif", "FILE", "Write the failures as SARIF", options_.sarif_file);
    output("--dot", "FILE", "Write the failing executions as graphs for Graphviz",
           options_.dot_file);
    output("--html", "DIR", "Write the results as a page to read in a browser",
           options_.html_directory);
    output("--corpus", "DIR", "Keep failures there, and replay them first",
           options_.corpus_directory);
    flag("--quiet", "Print only what is not verified", options_.quiet);
  }

  void output(const char* name, const char* type, const char* help, std::string& target) {
    value(name, type, help, [name, type, &target](const std::string& text) {
      if (text.empty()) refuse(fmt::format("option {} needs the name of a {}", name, type));
      target = text;
    });
  }

  // CLI11's words begin with "--name:" if a value is missing, with "name " if there is one too
  // many.
  static std::string value_mismatch(const std::string& words) {
    const std::size_t end = words.find_first_of(": ");
    if (words.compare(end, 1, ":") != 0) {
      return fmt::format("option --{} takes no value", words.substr(0, end));
    }
    return fmt::format("option {} needs a value", words.substr(0, end));
  }

  static parsed_options complaint(const std::string& sentence) {
    return {std::nullopt, fmt::format("heddle: {}; --help lists the options\n", sentence),
            exit_status::error};
  }

  CLI::App app_;
  run_options options_;
};

}  // namespace

parsed_options parse_options(const std::vector<std::string>& arguments,
                             const std::string& program) {
  return command_line(program).parse(arguments);
}

parsed_options parse_option_line(std::string_view line, const std::string& program) {
  const auto words = split_words(line);
  if (!words) {
    return {std::nullopt, "heddle: HEDDLE_OPTIONS ends inside a quoted word; close the quote\n",
            exit_status::error};
  }
  parsed_options parsed = parse_options(*words, program);
  constexpr std::string_view speaker = "heddle: ";
  if (parsed.text.starts_with(speaker)) {
    parsed.text.insert(speaker.size(), "in HEDDLE_OPTIONS: ");
  }
  return parsed;
}

std::optional<memory_model> memory_model_named(std::string_view name) {
  for (const auto model : {memory_model::cpp20, memory_model::rc11, memory_model::sc}) {
    if (name == name_of(model)) return model;
  }
  return std::nullopt;
}

}  // namespace heddle::driver
