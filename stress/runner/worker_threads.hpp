// What the threads of another process are doing, as the operating system tells it in /proc.
#pragma once

#include <sys/types.h>

#include <vector>

namespace heddle::stress {

struct thread_activity {
  unsigned running = 0;           // or ready to
  unsigned waiting = 0;           // for other threads, without a limit
  unsigned waiting_for_time = 0;  // asleep, or waiting with a limit
};

/// The threads of a process by their numbers; empty if it is gone.
std::vector<pid_t> threads_of(pid_t process);

/// `ignored`: threads that are not the program's.
thread_activity activity_of(pid_t process, const std::vector<pid_t>& ignored);

/// What its threads have used together; 0 if it is gone.
double processor_seconds(pid_t process);

}  // namespace heddle::stress
