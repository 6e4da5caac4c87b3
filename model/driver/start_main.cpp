// How a program that was built by heddle-cc or heddle-c++ starts: the C library's start-up code
// asks
// __libc_start_main to call main; this one, found first because it is in the executable, asks the
// C library's to call heddle instead, which then explores main. Linked by the compile drivers only.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

extern "C" {

using main_function = int (*)(int, char**, char**);
using start_function = int (*)(main_function, int, char**, void (*)(), void (*)(), void (*)(),
                               void*);

int heddle_whole_program(main_function program_main, int count, char** words, char** environment);

// Written before the program's own code runs, read only after; one thread.
static main_function program_main = nullptr;

static int explore_main(int count, char** words, char** environment) {
  return heddle_whole_program(program_main, count, words, environment);
}

int __libc_start_main(main_function main, int count, char** words, void (*initialise)(),
                      void (*finish)(), void (*finish_loader)(), void* stack_end) {
  // RTLD_NEXT: the definition after this one, the C library's.
  const auto start = reinterpret_cast<start_function>(dlsym(RTLD_NEXT, "__libc_start_main"));
  if (start == nullptr) {
    std::fputs("heddle: the C library has no __libc_start_main to start this program with\n",
               stderr);
    std::_Exit(2);
  }
  program_main = main;
  return start(explore_main, count, words, initialise, finish, finish_loader, stack_end);
}
}
