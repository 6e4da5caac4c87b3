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

#include <cstddef>
#include <source_location>

namespace heddle {

/// States what must hold. If `condition` is false the check fails with kind `assertion`, shows
/// `message` and the place of the call, and this execution ends: require does not return.
/// Outside an exploration it prints the same sentence and aborts. Thread safe; no effect on the
/// order of the program's operations.
void require(bool condition, const char* message = nullptr,
             std::source_location where = std::source_location::current());

/// One of 0 … alternatives - 1, and the check is explored with each: for what the program does not
/// decide itself (an input, a failing call, a timeout). `alternatives` is at least 1, else the
/// check fails with kind `misuse`. Not to be used for what other threads decide: that is explored
/// anyway. Outside an exploration it answers 0. Thread safe; no effect on the order of other
/// operations. Each call multiplies the executions by up to `alternatives`.
std::size_t choose(std::size_t alternatives);

/// Reports call the object at this address by `name`, which is copied, from now on in this
/// execution: for atomics, mutexes and whatever else has operations of its own, where the symbol
/// table has no name (locals, members, the heap) or a worse one. A null `name` does nothing. Thread
/// safe; costs nothing but in the execution that is shown.
void name(const void* object, const char* name);

/// Writes a line, formatted as printf does, into the trace of a failing execution, in the column of
/// this thread, behind the operation that it has performed last. In no other execution anything is
/// formatted or shown. Outside an exploration the line goes to standard error. What `%s` reads is
/// not checked for races. Thread safe; no operation: no effect on what is explored, nor on the
/// number of executions. A null `format` does nothing.
[[gnu::format(printf, 1, 2)]] void log(const char* format, ...);

namespace detail {

struct check_registration {
  check_registration(const char* name, void (*body)(), const char* file, unsigned line);
};

}  // namespace detail
}  // namespace heddle

#define HEDDLE_CHECK(name)                                                      \
  static void heddle_check_##name();                                            \
  static const ::heddle::detail::check_registration heddle_registration_##name{ \
      #name, &heddle_check_##name, __FILE__, static_cast<unsigned>(__LINE__)};  \
  static void heddle_check_##name()
