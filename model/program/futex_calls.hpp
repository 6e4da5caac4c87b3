// Waiting and waking through the kernel (SYS_futex), which is what std::atomic::wait, semaphores,
// latches, barriers and futures of libstdc++ come down to.
//
// A wait is a waiting read of the word itself: it goes on with the first write that it sees. A wake
// is no operation at all; both are written into a log, and when an execution is over the graph
// tells whether each thread that went on had really been woken (diagnose/lost_wakeup.hpp). This is
// exact, and costs no execution beyond those in which the thread did not have to wait.
#pragma once

#include <cstdint>
#include <vector>

#include "model/program/operation.hpp"

namespace heddle {

struct futex_wait_call {
  thread_id thread = no_thread;
  std::uint32_t index = 0;  // of its read
  location_id location = no_location;
  std::uintptr_t address = 0;
  std::uint64_t expected = 0;  // it sleeps while this is the value
  std::uintptr_t place = 0;    // as the program understands it
};

struct futex_wake_call {
  thread_id thread = no_thread;
  std::uint32_t index = 0;  // of the thread's next event
  std::uintptr_t address = 0;
  std::uint32_t threads = 0;  // to wake, at most
  std::uintptr_t place = 0;
};

struct futex_log {
  std::vector<futex_wait_call> waits;
  std::vector<futex_wake_call> wakes;
  void clear() {
    waits.clear();
    wakes.clear();
  }
};

}  // namespace heddle
