// heddle's own memory, where the program brings an operator new and delete of its own. Those are
// the program's: what they count or pool is part of what is checked, and heddle must not call them
// behind its back. So in the fused library (cmake/fuse_objects) heddle's own code calls the
// functions of own_operators.cpp instead, which are the C library's malloc and free.
//
// What libstdc++'s shared library allocates for heddle (a path, the text of an error) still comes
// from the program's operator. It is told apart by an address that is not in heddle's books. A
// program without operators of its own needs no books: there the two are the same.
#pragma once

#include <cstddef>

// ---- the public operators, as allocation_operators.cpp defines them and as the program sees them
extern "C" {
using heddle_new_operator = void* (*)(std::size_t);
using heddle_delete_operator = void (*)(void*) noexcept;
extern const heddle_new_operator heddle_visible_new;        // the program's own if it has one
extern const heddle_new_operator heddle_usual_new;          // heddle's
extern const heddle_delete_operator heddle_visible_delete;  // the program's own if it has one
extern const heddle_delete_operator heddle_usual_delete;    // heddle's
}

namespace heddle::runtime {

/// Null if there is no memory. `alignment` is a power of two.
void* allocate_own(std::size_t size, std::size_t alignment);

/// Gives back what allocate_own() gave, or what the program's operator new did.
void release_own(void* p) noexcept;

}  // namespace heddle::runtime
