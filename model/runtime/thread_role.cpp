#include "model/runtime/thread_role.hpp"

#include <cstdint>
#include <cstring>

#include "model/runtime/library_calls.hpp"

namespace heddle::runtime {

value role_of_thread(void* (*function)(void*), const void* argument) {
  const auto start = reinterpret_cast<std::uintptr_t>(function);
  value role{start, 0};
  // libstdc++ starts every std::thread with one function of its own, which gets an object with a
  // virtual function for what the thread is to do.
  if (is_library_code(start)) std::memcpy(&role.high, argument, sizeof role.high);
  return role;
}

}  // namespace heddle::runtime
