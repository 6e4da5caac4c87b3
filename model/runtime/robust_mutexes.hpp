// Robust mutexes: when a thread ends that holds one, the next owner is told (EOWNERDEAD), and makes
// it consistent again or gives it up for good (ENOTRECOVERABLE). Who knows of that is who holds the
// mutex, so that its order is the order of these facts, too: they need no operation of their own.
#pragma once

#include <pthread.h>

#include "model/runtime/engine.hpp"

namespace heddle::runtime {

bool is_robust(const pthread_mutex_t* mutex);

/// The running thread has just locked the mutex. -> 0, EOWNERDEAD, or ENOTRECOVERABLE: then it is
/// unlocked again. From outside a visit.
int result_of_locking(pthread_mutex_t* mutex, std::uint32_t object);

/// The running thread is about to end: lets go of the robust mutexes that it holds.
void abandon_robust_mutexes();

}  // namespace heddle::runtime
