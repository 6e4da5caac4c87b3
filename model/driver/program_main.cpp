// What happens in place of main() in a program that was built by heddle-cc or heddle-c++;
// start_main calls it.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "model/driver/session.hpp"
#include "model/driver/whole_program.hpp"

/// Does not return: what the program left for the end of the process, such as destructors of its
/// globals, was judged inside the executions and must not run again outside.
extern "C" int heddle_whole_program(heddle::driver::main_function program_main, int count,
                                    char** words, char** environment) {
  const char* line = std::getenv("HEDDLE_OPTIONS");
  heddle::driver::run_context context = heddle::driver::terminal_context();
  context.session = heddle::run_session;
  const int status = heddle::driver::run_whole_program(
      program_main, count, words, environment, line == nullptr ? "" : line, std::move(context));
  std::fflush(nullptr);
  _exit(status);
}
