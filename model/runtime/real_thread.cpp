#include "model/runtime/real_thread.hpp"

#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>

#include <cerrno>
#include <csignal>

#include "model/runtime/raw_system_call.hpp"

namespace heddle::runtime {
namespace {

using create_function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

// All signals but the two that libc keeps for itself (thread cancellation and setuid).
constexpr std::uint64_t every_signal = ~(std::uint64_t{3} << 31);

}  // namespace

int start_real_thread(void* (*body)(void*), void* argument, std::span<std::byte> stack) {
  // pthread_create in the executable is the one that makes threads of the program; libc's is next.
  const auto create = reinterpret_cast<create_function>(dlsym(RTLD_NEXT, "pthread_create"));
  if (create == nullptr) return ENOSYS;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  int failed = stack.empty() ? pthread_attr_setstacksize(&attributes, 256 << 10)
                             : pthread_attr_setstack(&attributes, stack.data(), stack.size());
  std::uint64_t before = 0;
  raw_system_call(SYS_rt_sigprocmask, SIG_SETMASK, as_argument(&every_signal), as_argument(&before),
                  sizeof before);
  if (failed == 0) {
    pthread_t thread;
    failed = create(&thread, &attributes, body, argument);
  }
  raw_system_call(SYS_rt_sigprocmask, SIG_SETMASK, as_argument(&before), 0, sizeof before);
  pthread_attr_destroy(&attributes);
  return failed;
}

void futex_wait(const std::uint32_t* word, std::uint32_t value, double seconds) {
  timespec limit{};
  limit.tv_sec = static_cast<time_t>(seconds);
  limit.tv_nsec = static_cast<long>((seconds - static_cast<double>(limit.tv_sec)) * 1e9);
  raw_system_call(SYS_futex, as_argument(word), FUTEX_WAIT_PRIVATE, value,
                  seconds > 0 ? as_argument(&limit) : 0);
}

void futex_wake(const std::uint32_t* word) {
  raw_system_call(SYS_futex, as_argument(word), FUTEX_WAKE_PRIVATE, 0x7fffffff);
}

}  // namespace heddle::runtime
