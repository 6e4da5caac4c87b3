// System calls straight from the instruction. The libc wrappers (syscall, mmap, …) are among the
// functions that the checked program's calls are diverted from, and they write errno; what the
// fibers, the helper threads and the signal handlers ask of the kernel must do neither.
#pragma once

#include <cerrno>

namespace heddle::runtime {

/// The kernel's answer: a value, or -errno in -4095 .. -1.
inline long raw_system_call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0,
                            long f = 0) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

template <class T>
long as_argument(T* pointer) {
  return reinterpret_cast<long>(pointer);
}

constexpr bool is_error(long result) { return result < 0 && result >= -4095; }

}  // namespace heddle::runtime
