// How a program ends, other than by returning: exit and its relatives, abort, a failed assertion,
// an exception that nobody catches, pthread_exit. Inside, each ends the execution (or the thread)
// and not the process.
#pragma once

namespace heddle::runtime {

/// An execution begins: std::terminate reports, whatever handler the last execution left behind.
/// Also forgets what that one has registered to run at the end of the program. From outside.
void install_terminate_handler();

/// Inside: calls what this execution has registered with atexit, or as the destructors of static
/// objects, last first, including what is registered meanwhile. exit() does so before the program
/// ends; for whoever ends it otherwise.
void run_program_exit_handlers();

/// Inside: main is about to return 0. What the C library does then, but the program's end: destroys
/// main's thread-local objects and calls the exit handlers.
void leave_main();

}  // namespace heddle::runtime
