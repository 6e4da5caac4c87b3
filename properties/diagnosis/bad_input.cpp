// Programs that heddle cannot explore to the end, or that die of their own: each gets a clear
// sentence and the right exit status, never a hang and never a silent pass.
#include <pthread.h>
#include <unistd.h>
#include <x86intrin.h>

#include <atomic>
#include <chrono>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <heddle/check.hpp>
#include <thread>

#include "properties/diagnosis/opaque.hpp"

namespace {

using diagnosis::opaque;

/// exit ends one execution, not the search: the failure in the other execution is found.
HEDDLE_CHECK(exit_ends_one_execution_only) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  if (x.load() == 0) std::exit(0);
  heddle::require(false, "the execution after the one that exits");
  writer.join();
}

HEDDLE_CHECK(exit_is_no_failure) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  if (x.load() == 1) std::exit(0);
  writer.join();
}

/// Nobody's join returns for a thread that has ended the program; and what the frames that were
/// never left own is no leak.
HEDDLE_CHECK(exit_by_a_thread_that_is_joined) {
  std::thread other([] { std::exit(0); });
  other.join();
  heddle::require(false, "the program has ended");
}

HEDDLE_CHECK(exit_runs_the_handlers) {
  static std::atomic<int> x{0};
  std::atexit([] { heddle::require(x.load() == 0, "a handler looks at x"); });
  x.store(1);
  std::exit(0);
}

std::jmp_buf jump_target;

HEDDLE_CHECK(jump_within_a_thread) {
  std::atomic<int> jumps{0};
  std::thread jumper([&] {
    if (setjmp(jump_target) == 0) {
      jumps.fetch_add(1);
      std::longjmp(jump_target, 1);
    }
    jumps.fetch_add(10);
  });
  jumper.join();
  heddle::require(jumps.load() == 11);
}

HEDDLE_CHECK(jump_into_another_thread) {
  if (setjmp(jump_target) == 0) {
    std::thread jumper([] { std::longjmp(jump_target, 1); });
    jumper.join();
  }
}

HEDDLE_CHECK(crash_null_pointer) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  int value = 0;
  int* pointer = opaque(x.load() == 1 ? static_cast<int*>(nullptr) : &value);
  *pointer = 1;
  writer.join();
}

HEDDLE_CHECK(crash_atomic_through_null) {
  std::atomic<std::atomic<long>*> pointer{nullptr};
  std::thread other([&] { heddle::require(pointer.load()->load() == 0); });
  other.join();
}

HEDDLE_CHECK(crash_atomic_through_wild_pointer) {
  std::atomic<std::atomic<long>*> pointer{reinterpret_cast<std::atomic<long>*>(0x123456000)};
  std::thread other([&] { pointer.load()->store(1); });
  other.join();
}

HEDDLE_CHECK(crash_no_null_pointer) {
  std::atomic<int> x{0};
  std::thread writer([&] { x.store(1); });
  int value = 0;
  int* pointer = opaque(x.load() == 2 ? static_cast<int*>(nullptr) : &value);
  *pointer = 1;
  writer.join();
}

HEDDLE_CHECK(crash_division_by_zero) {
  const int divisor = opaque(0);
  opaque(opaque(100) / divisor);
}

int deeper(int depth) {
  volatile char frame[1024];
  frame[0] = static_cast<char>(depth);
  const int below = opaque(depth) < 0 ? 0 : deeper(depth + 1);
  return below + frame[0];
}

HEDDLE_CHECK(crash_stack_overflow) { opaque(deeper(0)); }

int shallow(int depth) {
  volatile char frame[1024];
  frame[0] = 1;
  const int below = depth == 0 ? 0 : shallow(depth - 1);
  return below + frame[0];
}

HEDDLE_CHECK(crash_deep_but_finite_recursion) {
  std::thread other([] { heddle::require(shallow(100) == 101); });
  other.join();
}

/// Never ends, and writes: the search can only stop at its bound.
HEDDLE_CHECK(endless_with_atomics) {
  std::atomic<unsigned> x{0};
  for (;;) x.fetch_add(1);
}

/// Never ends, and no other thread could notice: nothing to explore, nothing to wait for.
HEDDLE_CHECK(endless_without_operations) {
  for (;;) asm volatile("");
}

HEDDLE_CHECK(endless_with_plain_accesses) {
  volatile int x = 0;
  for (;;) x = x + 1;
}

HEDDLE_CHECK(allocation_of_a_gigabyte) {
  constexpr std::size_t size = std::size_t{1} << 30;
  char* block = static_cast<char*>(opaque(std::malloc(size)));
  heddle::require(block != nullptr);
  block[0] = 1;
  block[size - 1] = 2;
  heddle::require(block[0] == 1 && block[size - 1] == 2);
  std::free(block);
}

/// What the searched program stores must be the same whenever the same execution is repeated.
void store_and_look(int value) {
  std::atomic<int> x{0};
  std::thread reader([&] { x.load(); });
  x.store(value);
  reader.join();
}

/// So are random numbers: see properties/facilities/random.cpp.
HEDDLE_CHECK(deterministic_rand) { store_and_look(std::rand()); }

/// The clock is virtual: it shows the same in every repetition.
HEDDLE_CHECK(deterministic_clock) {
  store_and_look(
      static_cast<int>(std::chrono::steady_clock::now().time_since_epoch().count() & 0xffffff));
}

HEDDLE_CHECK(nondeterministic_processor_clock) {
  store_and_look(static_cast<int>(__rdtsc() & 0xffffff));
}

/// libc's own memory lies elsewhere each time.
HEDDLE_CHECK(nondeterministic_pointer) {
  char* text = nullptr;
  heddle::require(asprintf(&text, "%d", 1) == 1);
  store_and_look(static_cast<int>(reinterpret_cast<std::uintptr_t>(text) & 0xffffff));
  std::free(text);
}

HEDDLE_CHECK(deterministic) { store_and_look(7); }

/// Addresses on stacks and on the heap are the same in every repetition.
HEDDLE_CHECK(deterministic_addresses) {
  int local = 0;
  int* block = opaque(new int(1));
  store_and_look(static_cast<int>(reinterpret_cast<std::uintptr_t>(&local) & 0xffffff));
  store_and_look(static_cast<int>(reinterpret_cast<std::uintptr_t>(block) & 0xffffff));
  delete block;
}

HEDDLE_CHECK(blocking_read_of_a_pipe) {
  int ends[2];
  heddle::require(pipe(ends) == 0);
  char byte = 0;
  const auto got = read(ends[0], &byte, 1);
  heddle::require(got == 1);
}

/// A call that heddle does not model is named.
HEDDLE_CHECK(unmodelled_call) {
  pthread_t other;
  pthread_create(&other, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
  pthread_cancel(other);
  pthread_join(other, nullptr);
}

}  // namespace
