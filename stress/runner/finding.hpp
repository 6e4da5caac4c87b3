// What goes wrong in a worker process, told to the process that supervises it through memory that
// both share. The first thread to fail tells; nobody else gets to say anything.
#pragma once

#include <atomic>
#include <cstdint>

namespace heddle::stress {

struct shared_page {
  std::atomic<std::uint64_t> rounds;  // finished, of all workers
  std::atomic<std::uint64_t> seed;    // of the round under way
  std::atomic<std::uint32_t> told;  // 0: nothing; 1: somebody is telling; 2: kind and message hold
  std::atomic<std::uint64_t> held_up;  // how often threads were, at points
  std::int32_t other_threads[8];       // of a worker before its first round: a sanitizer's; or 0
  char kind[32];                       // as heddle's reports have it: "assertion"
  char message[1024];
};

/// Where tell() writes; null: this process is not a worker, and tell() prints and aborts.
extern shared_page* page;

/// Ends the worker. `place`: file:line, or null.
[[noreturn]] void tell(const char* kind, const char* message, const char* place);

}  // namespace heddle::stress
