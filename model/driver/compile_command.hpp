// What heddle-cc and heddle-c++ make of their arguments: the command line of the real compiler. All
// arguments go through; added are the flags that instrument, and, where the command links a
// program, heddle in place of ThreadSanitizer's runtime.
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace heddle::driver {

struct toolchain {
  std::vector<std::string> compiler;         // {"ccache", "g++"}
  bool clang = false;                        // else GCC
  bool cxx = false;                          // for C++, else for C
  std::vector<std::string> instrumentation;  // the flags that this compiler needs
  std::string library_folder;                // has libheddle.a and heddle.specs
  std::string include_folder;                // has heddle/check.hpp; empty: the compiler knows it
};

struct complaint {
  std::string sentence;
};

/// The command to execute, or why there is none. `arguments` has its @files expanded already.
std::variant<std::vector<std::string>, complaint> compile_command(
    const toolchain& tools, const std::vector<std::string>& arguments);

}  // namespace heddle::driver
