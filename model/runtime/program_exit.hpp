// What the program has registered to run when it ends. Inside, registrations belong to the
// execution: the C library would run them at the end of the process, on objects that are long gone.
#pragma once

namespace heddle::runtime {

/// From outside.
void forget_program_exit_handlers();

/// Inside: what at_quick_exit() has registered, last first. For atexit, see endings.hpp.
void run_quick_exit_handlers();

}  // namespace heddle::runtime
