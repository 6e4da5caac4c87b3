// What main() of a check binary does. main() itself stands in main.cpp, in a library of its own, so
// that a test framework's main() can take its place.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "model/driver/registry.hpp"
#include "model/driver/run_checks.hpp"
#include "model/driver/shell_words.hpp"

namespace heddle::driver {
namespace {

std::vector<runnable> runnables(std::span<const registered_check> registered) {
  std::vector<runnable> checks;
  for (const registered_check& check : registered) checks.push_back({check.name, check.body});
  return checks;
}

int check_main(const std::string& program, const std::vector<std::string>& arguments) {
  run_context context = terminal_context();
  context.session = run_session;
  context.program = std::filesystem::path(program).filename().string();
  context.command_line = [program](const std::string& options) {
    return shell_quoted(program) + ' ' + options;
  };
  const parsed_options parsed = parse_options(arguments, program);
  if (!parsed.options) {
    fmt::print(parsed.status == 0 ? context.out : context.errors, "{}", parsed.text);
    return parsed.status;
  }
  const auto registered = registered_checks();
  const std::string duplicates = duplicate_complaint(registered);
  if (!duplicates.empty()) return complain(context, duplicates);
  return run_checks(runnables(registered), *parsed.options, context);
}

}  // namespace
}  // namespace heddle::driver

/// Does not return to main(): what the program under test left for the end of the process, such as
/// destructors of its globals, was judged inside the executions and must not run again outside.
extern "C" int heddle_check_main(int count, char** words) {
  const int status = heddle::driver::check_main(
      count > 0 ? words[0] : "checks",
      std::vector<std::string>(words + (count > 0 ? 1 : 0), words + count));
  std::fflush(nullptr);
  _exit(status);
}
