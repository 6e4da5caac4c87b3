#include "stress/runner/points.hpp"

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <ctime>

#include "stress/runner/finding.hpp"

namespace heddle::stress {
namespace {

// Nothing here synchronises the threads of the program: relaxed, and seen late at worst.
std::atomic<std::uint64_t> round_seed{0};
std::atomic<unsigned> round_number{0};
std::atomic<unsigned> threads_in_round{0};
std::atomic<unsigned> gap_mean{0};     // points from one delay to the next; 0: none
std::atomic<unsigned> slow_thread{0};  // the only one to sleep; others than nobody: all do
constexpr unsigned nobody = 4;

struct thread_state {
  unsigned round = 0;
  unsigned number = 0;  // in the order of their first points
  unsigned points_left = 0;
  std::uint64_t random = 0;
};
thread_local constinit thread_state mine;

/// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
std::uint64_t next(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

void join_round() {
  const unsigned now = round_number.load(std::memory_order_relaxed);
  if (mine.round == now) return;
  mine.round = now;
  mine.points_left = 0;
  mine.number = threads_in_round.fetch_add(1, std::memory_order_relaxed);
  mine.random = round_seed.load(std::memory_order_relaxed) + 1000003U * mine.number;
  next(mine.random);
}

/// A short sleep is as likely as a long one: from one microsecond to one millisecond.
void sleep(unsigned drawn) {
  const long longest = 1000L << (drawn >> 20) % 11;
  const timespec time = {0, static_cast<long>(drawn & 0xfffff) % longest};
  // The system call itself: the runtimes of the sanitizers have no business with this sleep.
  syscall(SYS_nanosleep, &time, nullptr);
}

/// Up to a thousand pauses: a few microseconds, in which others get a few hundred lines further.
void spin(unsigned drawn) {
  for (unsigned left = drawn % (1U << (drawn >> 16) % 11); left != 0; --left) {
    __asm__ volatile("pause");
  }
}

void hold_up(std::uint64_t drawn) {
  if (page != nullptr) page->held_up.fetch_add(1, std::memory_order_relaxed);
  const unsigned kind = drawn % 8;
  const unsigned length = static_cast<unsigned>(drawn >> 8);
  const unsigned slow = slow_thread.load(std::memory_order_relaxed);
  const bool sleeps = slow >= nobody ? kind >= 6 : slow == mine.number && kind >= 3;
  if (sleeps) {
    sleep(length);
  } else if (kind < 3) {
    syscall(SYS_sched_yield);
  } else {
    spin(length);
  }
}

}  // namespace

void begin_round(std::uint64_t seed) {
  constexpr std::array<unsigned, 8> gaps = {0, 2, 4, 8, 16, 32, 128, 512};
  std::uint64_t state = seed;
  gap_mean.store(gaps[next(state) % gaps.size()], std::memory_order_relaxed);
  slow_thread.store(next(state) % (2 * nobody), std::memory_order_relaxed);
  round_seed.store(next(state), std::memory_order_relaxed);
  threads_in_round.store(0, std::memory_order_relaxed);
  round_number.fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t draw() {
  join_round();
  return next(mine.random);
}

}  // namespace heddle::stress

extern "C" void heddle_stress_point() {
  using namespace heddle::stress;
  if (mine.points_left != 0 && mine.round == round_number.load(std::memory_order_relaxed)) {
    --mine.points_left;
    return;
  }
  join_round();
  const unsigned mean = gap_mean.load(std::memory_order_relaxed);
  mine.points_left = mean == 0 ? UINT32_MAX : static_cast<unsigned>(next(mine.random) % (2 * mean));
  if (mean != 0) hold_up(next(mine.random));
}

/// For functions that the program replaces: finds what it replaces, once. All threads find the
/// same.
extern "C" void heddle_stress_replaced(const char* name, void* of_sanitizer, void** place) {
  auto& found = *reinterpret_cast<std::atomic<void*>*>(place);
  if (found.load(std::memory_order_relaxed) == nullptr) {
    void* next = of_sanitizer;
    // Condition variables exist in two versions, of which dlsym may give the older.
    if (next == nullptr && std::strncmp(name, "pthread_cond_", 13) == 0) {
      next = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
    }
    if (next == nullptr) next = dlsym(RTLD_NEXT, name);
    found.store(next, std::memory_order_relaxed);
  }
  heddle_stress_point();
}
