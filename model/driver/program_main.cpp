// What happens in place of main() in a program that was built by heddle-cc or heddle-c++;
// start_main calls it.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "model/driver/session.hpp"
#include "model/driver/whole_program.hpp"
#include "model/runtime/endings.hpp"

namespace {

heddle::driver::main_function program_main_alone = nullptr;

/// A program ends with its exit handlers, also when main returns.
int main_to_the_end(int count, char** words, char** environment) {
  const int status = program_main_alone(count, words, environment);
  if (status == 0) heddle::runtime::leave_main();
  return status;
}

}  // namespace

/// Does not return: what an execution left for its end was judged inside, and must not run again
/// outside.
extern "C" int heddle_whole_program(heddle::driver::main_function program_main, int count,
                                    char** words, char** environment) {
  const char* line = std::getenv("HEDDLE_OPTIONS");
  heddle::driver::run_context context = heddle::driver::terminal_context();
  context.session = heddle::run_session;
  program_main_alone = program_main;
  const int status = heddle::driver::run_whole_program(
      main_to_the_end, count, words, environment, line == nullptr ? "" : line, std::move(context));
  std::fflush(nullptr);
  _exit(status);
}
