// What the once cells throw, beside what the user's own initialisers throw.
#pragma once

#include <exception>
#include <stdexcept>

namespace heddle {

/// The initialiser of a cell asked, on its own thread, for the value of the very cell that it is
/// initialising (OC-9). Thrown by the inner call; if the initialiser lets it pass, the cell is
/// empty again.
class recursive_initialisation : public std::logic_error {
 public:
  recursive_initialisation()
      : std::logic_error("a cell is initialised recursively: its initialiser asks for its value") {}
};

/// Waiting for a cell would never end: who initialises it waits, perhaps through others, for a cell
/// that the calling thread initialises (POL-5). Thrown by the call that would close the cycle.
class initialisation_cycle : public std::logic_error {
 public:
  initialisation_cycle()
      : std::logic_error(
            "cells wait for one another: initialise them in one order, or use a cell that never "
            "waits") {}
};

/// The initialiser of a lazy has thrown before (OC-11).
class poisoned : public std::logic_error {
 public:
  poisoned() : std::logic_error("a lazy value is poisoned: its initialiser has thrown") {}
};

/// In a release build: the cell that the thread waited for was destroyed. (A debug build aborts.)
class cell_destroyed : public std::logic_error {
 public:
  cell_destroyed() : std::logic_error("a cell was destroyed while a thread waited for it") {}
};

/// A wait ended because its stop_token was stopped. Deliberately no std::exception: who handles
/// errors does not mean cancellation.
struct operation_cancelled {};

}  // namespace heddle
