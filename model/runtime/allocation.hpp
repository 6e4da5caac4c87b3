// The program's requests for memory, as malloc and operator new pass them on; only to be called
// inside the program. What the program does wrong with memory ends its execution.
//
// Not everything that is freed inside comes from here: libc's own requests (stdio buffers, a
// FILE, getline's line) are served by libc, since their memory outlives an execution; and what was
// allocated before exploration began is still there in the next execution, so that to free it now
// would be to free it many times: it is kept.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/runtime/arena.hpp"

namespace heddle::runtime {

inline constexpr std::size_t any_size = SIZE_MAX;

/// Null, and errno set, where C answers so: a bad alignment, or more than PTRDIFF_MAX.
void* allocate_for_program(const allocation_request& request, std::uintptr_t pc);

/// `size`: what the caller believes it to be, if it says.
void release_for_program(void* p, allocation_family family, std::size_t size, std::uintptr_t pc);

void* reallocate_for_program(void* p, std::size_t size, std::uintptr_t pc);

/// The block of the program's heap that begins at `p`, null if there is none. Anywhere.
const block* program_block(const void* p);

/// Whether `p` points into the program's heap. Anywhere, at any time.
bool is_program_heap(const void* p);

}  // namespace heddle::runtime
