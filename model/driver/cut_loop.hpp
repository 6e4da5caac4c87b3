// What a thread was doing when the bound on events cut its execution off: most often it goes round
// a loop, and who reads "bounded" wants to know which.
#pragma once

#include <string>

#include "model/runtime/engine.hpp"

namespace heddle {

struct cut_loop {
  /// "T1 goes round a loop (a.cpp:3, a.cpp:4) that uses ready"; empty if nothing is known.
  std::string sentence;
  call_stack stack;  // of one of its operations
};

/// Of the engine's last execution, whose end it has watched (engine::watch). Reads debug
/// information.
cut_loop loop_of_cut(const runtime::engine& e);

}  // namespace heddle
