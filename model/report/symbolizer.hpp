// From addresses to names: what a return address or the address of a static object is called in the
// source. An interface, so that tests can use a table (table_symbolizer.hpp); make_symbolizer()
// reads the debug information of this very process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace heddle::report {

/// One function on a call stack. Everything may be unknown: empty, or 0.
struct frame {
  std::string function;  // demangled
  std::string file;      // as the debug information has it, normalised
  unsigned line = 0;
  std::string module;                // the path of the program or library
  std::uintptr_t module_offset = 0;  // of the address in the module
  bool inlined = false;              // into the next frame
};

class symbolizer {
 public:
  virtual ~symbolizer() = default;

  /// What executes at the call before `return_address`, innermost first: the functions inlined
  /// there, then the function itself. Never empty.
  virtual std::vector<frame> resolve(std::uintptr_t return_address) = 0;

  /// The static object at `address`: "ready", "queue+8"; empty if there is none.
  virtual std::string name_object(std::uintptr_t address) = 0;
};

/// Names addresses of this process. Cheap to make: debug information is opened with the first
/// address, and read module by module. Answers are remembered. Not thread safe.
std::unique_ptr<symbolizer> make_symbolizer();

}  // namespace heddle::report
