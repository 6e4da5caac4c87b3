// What a test of wrong programs needs: a way to keep the compiler from seeing (and warning about,
// or optimising away) what is wrong.
#pragma once

namespace diagnosis {

/// `value`, of which the compiler knows nothing any more.
template <typename T>
T opaque(T value) {
  asm volatile("" : "+r"(value) : : "memory");
  return value;
}

}  // namespace diagnosis
