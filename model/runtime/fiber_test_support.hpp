// For the tests of the fibers: any callable as the body of a fiber.
#pragma once

#include <unistd.h>

#include <cstdio>

#include "model/runtime/fiber.hpp"

namespace heddle::runtime {

inline fibers* running_fibers = nullptr;

/// Arms the slot with `body`, which must outlive the fiber; goes back to the scheduler after it.
template <class Body>
void start_body(fibers& f, int slot, Body& body) {
  running_fibers = &f;
  f.start(
      slot,
      [](void* argument) {
        (*static_cast<Body*>(argument))();
        for (;;) running_fibers->back();
      },
      &body);
}

template <class Body>
void run_body(fibers& f, int slot, Body body) {
  start_body(f, slot, body);
  f.run(slot);
}

inline long resident_pages() {
  long size = 0, resident = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return 0;
  if (std::fscanf(file, "%ld %ld", &size, &resident) != 2) resident = 0;
  std::fclose(file);
  return resident;
}

}  // namespace heddle::runtime
