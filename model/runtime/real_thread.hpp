// Threads of the operating system, for heddle's own purposes: the parked owners of thread-local
// blocks and the watchdog. The checked program's pthread_create never comes here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace heddle::runtime {

/// Starts a detached thread that no signal is delivered to. It runs on `stack`, or on a stack that
/// libc allocates if that is empty. `body` must keep to raw_system_call: every libc function that
/// the program can call may be diverted. libc allocates a little memory for a thread (calloc).
/// Returns 0 or an error number: ENOSYS where libc's pthread_create cannot be found.
int start_real_thread(void* (*body)(void*), void* argument, std::span<std::byte> stack);

/// Waits while `*word` is `value`, at most `seconds` (0: for ever); may return early.
void futex_wait(const std::uint32_t* word, std::uint32_t value, double seconds = 0);
void futex_wake(const std::uint32_t* word);

}  // namespace heddle::runtime
