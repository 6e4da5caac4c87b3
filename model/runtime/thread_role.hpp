// What a thread is started to do, for a search that tells threads apart by that (rff): equal for
// threads that run one function, whatever they were given, and for two std::threads exactly if
// their functions have the same type. No address decides more than whether two are equal.
#pragma once

#include "model/program/operation.hpp"

namespace heddle::runtime {

value role_of_thread(void* (*function)(void*), const void* argument);

}  // namespace heddle::runtime
