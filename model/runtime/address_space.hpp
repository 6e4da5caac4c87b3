// What to tell a person when heddle cannot have the addresses that it needs. It asks for many, at
// fixed places, so that they are the same in every run; but hardly any of them takes memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace heddle::runtime {

/// Throws std::runtime_error: the addresses, the reason `error` (an errno; EEXIST: something else
/// lies there) and what to do about it. `purpose` goes on after "for ".
[[noreturn]] void refuse_addresses(std::uintptr_t base, std::size_t bytes,
                                   const std::string& purpose, int error);

/// Why it cannot have them, and what to do about it: a clause.
std::string address_advice(int error);

/// If this process contains the runtime of a sanitizer that wants to be called in heddle's place: a
/// sentence that says which, and what to do. Else empty.
std::string rival_runtime();

}  // namespace heddle::runtime
