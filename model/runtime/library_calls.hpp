// What libstdc++ and libgcc do for themselves: the unwinder's first steps at each throw, the set-up
// of locales at each string stream, the register of unwind tables. They synchronise their own
// objects by pthread_once and mutexes. That is no event of the program: these objects live for the
// whole process, through all executions, and no program can see in which order they are reached.
#pragma once

#include <cstdint>

namespace heddle::runtime {

/// Whether the call that returns to `caller` is one of these libraries synchronising an object of
/// its own, so that the C library is to do it for real. Not so where the library only carries out
/// what the program asked for: the mutexes of the atomic operations on std::shared_ptr.
bool is_library_business(const void* object, std::uintptr_t caller);

/// Whether the call that returns to `caller` comes from the code of one of these libraries.
bool is_library_code(std::uintptr_t caller);

/// Whether the object is such a library's own, whoever calls: the last call of a library function
/// may return to the program, if the compiler made it a jump.
bool is_library_object(const void* object);

}  // namespace heddle::runtime
