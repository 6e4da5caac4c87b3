// Write a check: a body that heddle runs again and again until every execution that the C++20
// memory model allows has been seen.
//
//   HEDDLE_CHECK(message_passing) {
//     int data = 0;
//     std::atomic<bool> ready{false};
//     std::thread producer([&] { data = 42; ready.store(true, std::memory_order_release); });
//     if (ready.load(std::memory_order_acquire)) heddle::require(data == 42);
//     producer.join();
//   }
//
// Compile with -fsanitize=thread and link with the CMake target heddle::check (which brings a
// main()), or call heddle::explore (explore.hpp) from a test framework of your own.
#pragma once

#include <source_location>

namespace heddle {

/// States what must hold. If `condition` is false the check fails with kind `assertion`, shows
/// `message` and the place of the call, and this execution ends: require does not return.
/// Outside an exploration it prints the same sentence and aborts. Thread safe; no effect on the
/// order of the program's operations.
void require(bool condition, const char* message = nullptr,
             std::source_location where = std::source_location::current());

namespace detail {

struct check_registration {
  check_registration(const char* name, void (*body)(), const char* file, unsigned line);
};

}  // namespace detail
}  // namespace heddle

#define HEDDLE_CHECK(name)                                                            \
  static void heddle_check_##name();                                                  \
  static const ::heddle::detail::check_registration heddle_registration_##name{       \
      #name, &heddle_check_##name, __FILE__, static_cast<unsigned>(__LINE__)};        \
  static void heddle_check_##name()
