// A litmus test as native code: what generate.cpp writes and hammer.cpp runs. Nothing of heddle is
// in it: plain functions over std::atomic, compiled as any program is.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <string_view>

namespace heddle::hardware_litmus {

/// How many registers a thread may have: its results fill one cache line, that no other thread
/// writes.
inline constexpr std::size_t registers_max = 8;

/// One round of a test has an instance of its memory, and for each thread a line of results.
struct native_program {
  std::string_view name;
  std::string_view text;                           // of the litmus test
  std::span<void (*const)(void*, long*)> threads;  // memory, results
  void (*reset)(void* memory);
  /// Runs `final`, if there is one, when all threads are through.
  void (*finish)(void* memory, long* results);
  /// The words of memory, in the order of `words`.
  void (*read)(void* memory, long* values);
  std::span<const std::string_view> registers;   // "P0.r0", thread by thread, `final` last
  std::span<const std::size_t> register_counts;  // of each thread, and of `final`
  std::span<const std::string_view> words;
  std::size_t memory_size;  // a multiple of 64
};

/// All that are linked, in the order of the files. Each file enters its own before main().
std::span<const native_program> programs();

struct registration {
  explicit registration(const native_program& program);
};

}  // namespace heddle::hardware_litmus
