// The checks of this program: every HEDDLE_CHECK enters itself here before main() begins.
#pragma once

#include <span>
#include <string>

namespace heddle::driver {

struct registered_check {
  const char* name;
  void (*body)();
  const char* file;
  unsigned line;
};

/// In the order of registration. Valid until the next registration.
std::span<const registered_check> registered_checks();

/// A sentence which names two checks of the same name with their places; empty if there are none.
std::string duplicate_complaint(std::span<const registered_check> checks);

}  // namespace heddle::driver
