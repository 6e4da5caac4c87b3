// Why nobody can go on, in words: who holds what, who waits for whom, where each was taken.
#pragma once

#include <string>
#include <vector>

#include "model/program/failure.hpp"

namespace heddle::diagnose {

/// A thread that has not finished when no thread can go on.
struct waiting_thread {
  enum class what : std::uint8_t {
    mutex,
    once,
    join,
    newer_value,
    condition,
    semaphore,
    barrier,
    shared_lock,
    change,
  };
  thread_id thread = no_thread;
  what waits_for = what::newer_value;
  std::string object;            // the mutex, once flag, …: "mutex 0x…", or its name
  std::uintptr_t address = 0;    // of the object
  thread_id holder = no_thread;  // of the mutex; who runs the once; who is joined
  call_stack waits_at;
  call_stack taken_at;  // where the holder took it
};

/// "T1 waits for mutex m, which T2 holds".
std::string words_for(const waiting_thread& waiting);

/// The deadlock as a failure: the cycle of waits if there is one, else the threads that nobody
/// will ever release. A thread that only re-reads values is a livelock if nobody else waits.
failure deadlock(const std::vector<waiting_thread>& waiting);

}  // namespace heddle::diagnose
