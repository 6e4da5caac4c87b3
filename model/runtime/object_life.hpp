// The life of pthread objects other than mutexes: made by an initialiser or by pthread_…_init,
// used, destroyed. libstdc++ makes some of them in code that heddle does not see, so a destroyed
// one is marked in its memory: whoever makes a new one there overwrites the mark. From inside a
// visit.
#pragma once

#include "model/runtime/engine.hpp"

namespace heddle::runtime {

/// The object; a misuse ("main signals a condition variable that has been destroyed") if it is one
/// no more. `initial` is what its location holds if this is its first use.
std::uint32_t live_object(engine& e, const void* memory, std::size_t size, object_kind kind,
                          value initial, const char* verb);

/// A new one comes into being here: an old one at the same place ends.
void new_object(engine& e, void* memory, std::size_t size);

/// A use of the object's memory, so that a plain write to it that is not ordered with this one (its
/// construction, its end) is a race.
void touch_object(engine& e, std::uint32_t object);

void destroy_object(engine& e, std::uint32_t object);

/// A lock of any kind that the running thread holds; null if it does not.
held_mutex* find_held(engine& e, std::uint32_t object);
void note_held(engine& e, std::uint32_t object, std::uint32_t depth, bool shared);
void drop_held(engine& e, held_mutex* held);

/// "T1 locks a spin lock that it holds already".
[[noreturn]] void misuse(engine& e, const std::string& what, std::vector<note> notes = {});

}  // namespace heddle::runtime
