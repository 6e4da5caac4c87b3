#include "model/driver/run_checks.hpp"

#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "model/driver/corpus.hpp"
#include "model/driver/output_files.hpp"
#include "model/driver/progress.hpp"
#include "model/driver/shell_words.hpp"
#include "model/report/console.hpp"
#include "model/report/locator.hpp"
#include "model/report/words.hpp"

namespace heddle::driver {
namespace {

std::vector<runnable> selected(std::span<const runnable> checks, const std::string& filter) {
  std::vector<runnable> chosen;
  for (const runnable& check : checks) {
    if (fnmatch(filter.c_str(), check.name.c_str(), 0) == 0) chosen.push_back(check);
  }
  return chosen;
}

/// The options under which `result` fails in the same way again.
std::string replay_options(const check_result& result, const session_options& session,
                           bool only_check) {
  std::string words;
  if (!only_check) words += "--filter " + shell_quoted(result.name) + ' ';
  const session_options usual;
  if (session.model != usual.model)
    words += fmt::format("--memory-model {} ", name_of(session.model));
  if (session.max_steps != usual.max_steps)
    words += fmt::format("--max-steps {} ", session.max_steps);
  if (session.seed != usual.seed) words += fmt::format("--seed {} ", session.seed);
  if (!session.races) words += "--no-races ";
  if (session.spurious) words += "--spurious ";
  if (session.allocation_failures != 0)
    words += fmt::format("--alloc-failures {} ", session.allocation_failures);
  return words + "--replay " + shell_quoted(result.failure->replay);
}

class run {
 public:
  run(std::span<const runnable> all, const run_options& options, const run_context& context)
      : options_(options), context_(context), names_(report::make_symbolizer()) {
    style_.names = names_.get();
    style_.directory = current_directory();
    style_.width = context.width;
    style_.colours = context.colours;
    style_.replay_command = [this, only = all.size() == 1](const check_result& result) {
      const std::string words = replay_options(result, session_, only);
      return context_.command_line ? context_.command_line(words) : words;
    };
  }

  int operator()(std::span<const runnable> checks) {
    for (const runnable& check : checks) results_.push_back(explore(check));
    if (results_.size() > 1) print_summary();
    const std::string complaint = write_outputs(options_, results_, context_.program, style_);
    if (!complaint.empty()) return complain(context_, complaint);
    if (!corpus_complaint_.empty()) return complain(context_, corpus_complaint_);
    return exit_status_of(results_);
  }

 private:
  static std::string current_directory() {
    std::error_code ignored;
    return std::filesystem::current_path(ignored).string();
  }

  check_result explore(const runnable& check) {
    const bool with_corpus = !options_.corpus_directory.empty() &&
                             options_.session.replay.empty() && !options_.session.estimate;
    std::optional<check_result> known;
    if (with_corpus) known = replay_corpus(check);
    if (known) {
      show(*known);
      return std::move(*known);
    }
    session_ = options_.session;
    session_.warns = context_.progress && !options_.quiet;
    check_result result = run_session(check);
    show(result);
    if (with_corpus && result.failure) keep(result);
    return result;
  }

  check_result run_session(const runnable& check) {
    progress_line line(context_.progress && !options_.quiet ? context_.errors : nullptr, check.name,
                       session_.seconds, context_.width);
    return context_.session(check.name, check.body, session_, [&](const progress& now) {
      if (!now.warning.empty()) {
        line.clear();
        fmt::print(context_.errors, "{}: {}\n", check.name, now.warning);
      }
      line.show(now);
    });
  }

  void show(const check_result& result) {
    if (options_.quiet && result.verdict == verdict::verified) return;
    fmt::print(context_.out, "{}", report::render_console(result, style_));
    std::fflush(context_.out);
  }

  /// The first failure of the corpus that is still one. What is none any more stays where it is.
  std::optional<check_result> replay_corpus(const runnable& check) {
    for (const corpus_entry& entry : read_corpus(options_.corpus_directory, check.name)) {
      std::string why = entry.complaint;
      if (const auto missing = why.empty() ? missing_for(entry, options_.session) : std::string();
          !missing.empty()) {
        why = "it is not replayed without what it was found with: " + missing;
      }
      if (why.empty()) {
        session_ = entry.session;
        session_.model = options_.session.model;
        session_.replay = entry.token;
        check_result result = run_session(check);
        if (result.verdict == verdict::failed) return result;
        why = result.verdict == verdict::error ? result.reason : "it does not fail any more";
      }
      fmt::print(context_.errors, "heddle: {} is kept, but {}\n", entry.file, why);
    }
    return std::nullopt;
  }

  void keep(const check_result& result) {
    const std::string location = report::locator(style_).exact_place(result.failure->what.stack);
    const corpus_file written =
        write_to_corpus(options_.corpus_directory, result, session_, location);
    if (!written.complaint.empty()) {
      corpus_complaint_ = written.complaint;
    } else if (!options_.quiet) {
      fmt::print(context_.out, "  Kept as {}\n", written.path);
    }
  }

  void print_summary() {
    if (options_.quiet) return;
    std::size_t count[4] = {};
    std::uint64_t executions = 0;
    for (const check_result& result : results_) {
      ++count[static_cast<unsigned>(result.verdict)];
      executions += result.executions;
    }
    std::string text = fmt::format("{} checks", results_.size());
    for (const auto v : {verdict::verified, verdict::failed, verdict::bounded, verdict::error}) {
      const std::size_t n = count[static_cast<unsigned>(v)];
      if (n > 0) text += fmt::format(", {} {}", n, name_of(v));
    }
    fmt::print(context_.out, "{}; {} executions\n", text, report::grouped(executions));
    std::fflush(context_.out);
  }

  const run_options& options_;
  const run_context& context_;
  std::unique_ptr<report::symbolizer> names_;
  report::console_style style_;
  session_options session_;  // of the check that runs, or ran last
  std::string corpus_complaint_;
  std::vector<check_result> results_;
};

}  // namespace

namespace {

/// A way to the terminal that stays while an exploration captures what the program prints.
std::FILE* own_copy(std::FILE* stream) {
  const int copy = dup(fileno(stream));
  std::FILE* const own = copy < 0 ? nullptr : fdopen(copy, "w");
  if (own == nullptr) return stream;
  setvbuf(own, nullptr, _IONBF, 0);
  return own;
}

}  // namespace

run_context terminal_context() {
  run_context context;
  static std::FILE* const errors = own_copy(stderr);
  context.errors = errors;
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  context.colours = terminal && (no_colour == nullptr || *no_colour == '\0');
  context.progress = isatty(STDERR_FILENO) != 0;
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    context.width = size.ws_col;
  }
  return context;
}

int exit_status_of(std::span<const check_result> results) {
  const auto any = [results](verdict v) {
    for (const check_result& result : results) {
      if (result.verdict == v) return true;
    }
    return false;
  };
  if (any(verdict::failed)) return exit_status::failed;
  if (any(verdict::error)) return exit_status::error;
  if (any(verdict::bounded)) return exit_status::bounded;
  return exit_status::verified;
}

int run_checks(std::span<const runnable> checks, const run_options& options,
               const run_context& context) {
  const std::vector<runnable> chosen = selected(checks, options.filter);
  if (options.list) {
    for (const runnable& check : chosen) fmt::print(context.out, "{}\n", check.name);
    return exit_status::verified;
  }
  if (checks.empty()) {
    return complain(context, "this program contains no check; write one with HEDDLE_CHECK");
  }
  if (chosen.empty()) {
    return complain(context, fmt::format("no check's name matches --filter {}; --list lists them",
                                         shell_quoted(options.filter)));
  }
  if (!options.session.replay.empty() && chosen.size() > 1) {
    return complain(context, fmt::format("--replay is for one check, and {} match; choose with "
                                         "--filter",
                                         chosen.size()));
  }
  if (const std::string complaint = output_complaint(options); !complaint.empty()) {
    return complain(context, complaint);
  }
  return run(checks, options, context)(chosen);
}

int complain(const run_context& context, const std::string& sentence) {
  fmt::print(context.errors, "heddle: {}\n", sentence);
  return exit_status::error;
}

}  // namespace heddle::driver
