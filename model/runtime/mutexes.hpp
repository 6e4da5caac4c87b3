// The program's mutexes, for what is built on them. Each call opens a visit of its own.
#pragma once

#include <pthread.h>

#include <cstdint>

namespace heddle::runtime {

/// `pc`: where the program calls, to recognise a loop that only tries again; 0 where it does not
/// loop.
int lock_mutex(pthread_mutex_t* mutex, std::uintptr_t pc = 0);
int unlock_mutex(pthread_mutex_t* mutex);
/// EBUSY if it is taken; `name` is what a report calls the operation.
int try_lock_mutex(pthread_mutex_t* mutex, const char* name, std::uintptr_t pc = 0);

class engine;

/// unlock_mutex() as the end of a thread does it: whatever depth a recursive mutex has.
void release_mutex(pthread_mutex_t* mutex);

/// The object of a mutex. From inside a visit.
std::uint32_t mutex_object(engine& e, const pthread_mutex_t* mutex);

/// Whether the running thread holds it. From inside a visit.
bool holds_mutex(engine& e, const pthread_mutex_t* mutex);

}  // namespace heddle::runtime
