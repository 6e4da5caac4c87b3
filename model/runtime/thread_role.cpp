#include "model/runtime/thread_role.hpp"

#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace heddle::runtime {
namespace {

/// libstdc++ starts every std::thread with one function of its own, which gets an object with a
/// virtual function for what the thread is to do.
bool starts_std_threads(void* (*function)(void*)) {
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(function), &info) == 0 || info.dli_fname == nullptr) {
    return false;
  }
  return std::string_view(info.dli_fname).find("libstdc++.so") != std::string_view::npos;
}

}  // namespace

value role_of_thread(void* (*function)(void*), const void* argument) {
  // A program starts its threads with few functions, most often with one.
  static void* (*known)(void*) = nullptr;
  static bool known_is_standard = false;
  if (function != known) {
    known = function;
    known_is_standard = starts_std_threads(function);
  }
  value role{reinterpret_cast<std::uintptr_t>(function), 0};
  if (known_is_standard) std::memcpy(&role.high, argument, sizeof role.high);
  return role;
}

}  // namespace heddle::runtime
