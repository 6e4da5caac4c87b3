// Runs the checks that the options select, prints their reports, writes the files, and says with
// which status to exit.
#pragma once

#include <cstdio>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "model/driver/options.hpp"

namespace heddle::driver {

struct runnable {
  std::string name;
  std::function<void()> body;
};

/// The type of run_session. Handed over rather than called by name, so that the driver can be
/// tested without a search and without a runtime.
using session_function =
    std::function<check_result(const std::string& name, const std::function<void()>& body,
                               const session_options& options, const progress_listener& listener)>;

/// Where the words go, and how this program is called again.
struct run_context {
  std::string program = "checks";  // its name in reports
  session_function session;        // run_session, but in tests
  std::FILE* out = stdout;         // reports
  std::FILE* errors = stderr;      // complaints and the progress line
  bool colours = false;
  bool progress = false;
  std::size_t width = 100;

  /// The line a person types to run this program with `options` (already quoted for a shell).
  std::function<std::string(const std::string& options)> command_line;
};

/// Colours, progress and width as the terminal behind stdout and stderr has them.
run_context terminal_context();

/// The exit status: failed if any check failed; else error if any is an error; else bounded if any
/// is; else verified.
int exit_status_of(std::span<const check_result> results);

/// Prints the list or runs the checks. The exit status.
int run_checks(std::span<const runnable> checks, const run_options& options,
               const run_context& context);

/// "heddle: <sentence>" on `context.errors`; the exit status for it.
int complain(const run_context& context, const std::string& sentence);

}  // namespace heddle::driver
