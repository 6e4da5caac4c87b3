// The program's mutexes, for what is built on them. Each call opens a visit of its own.
#pragma once

#include <pthread.h>

namespace heddle::runtime {

int lock_mutex(pthread_mutex_t* mutex);
int unlock_mutex(pthread_mutex_t* mutex);
/// EBUSY if it is taken; `name` is what a report calls the operation.
int try_lock_mutex(pthread_mutex_t* mutex, const char* name);

class engine;

/// Whether the running thread holds it. From inside a visit.
bool holds_mutex(engine& e, const pthread_mutex_t* mutex);

}  // namespace heddle::runtime
