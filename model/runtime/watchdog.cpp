#include "model/runtime/watchdog.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <system_error>

#include "model/program/check_that.hpp"
#include "model/runtime/raw_system_call.hpp"
#include "model/runtime/real_thread.hpp"

namespace heddle::runtime {
namespace {

// After that many times the patience since the first signal, nobody will ever take it: the program
// has blocked it. Silence for ever would be worse than the end of the process.
constexpr std::uint64_t last_resort = 4;

std::uint64_t read_counter(const std::uint64_t* counter) {
  return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

[[noreturn]] void give_up() {
  constexpr char sentence[] =
      "heddle: the program under test makes no progress and cannot be interrupted (does it block "
      "signals?); the process ends here, without a verdict\n";
  raw_system_call(SYS_write, 2, as_argument(sentence), sizeof sentence - 1);
  raw_system_call(SYS_exit_group, 2);
  __builtin_unreachable();
}

}  // namespace

watchdog::watchdog(const watchdog_options& options, const std::atomic<bool>& armed)
    : options_(options),
      armed_(armed),
      process_(raw_system_call(SYS_getpid)),
      watched_(raw_system_call(SYS_gettid)) {
  check_that(options.progress != nullptr && options.period_seconds > 0, "there is what to look at");
  const int failed = start_real_thread(&watchdog::body, this, {});
  if (failed != 0) {
    throw std::system_error(failed, std::generic_category(),
                            "heddle cannot start a thread that watches for endless loops");
  }
}

watchdog::~watchdog() {
  // A child of fork has a copy of this object, but not the thread.
  if (raw_system_call(SYS_getpid) != process_) return;
  std::atomic_ref(stop_).store(1, std::memory_order_release);
  futex_wake(&stop_);
  while (std::atomic_ref(stopped_).load(std::memory_order_acquire) == 0) futex_wait(&stopped_, 0);
}

bool watchdog::still_stuck() const {
  return read_counter(options_.progress) == stuck_at_.load(std::memory_order_relaxed);
}

void* watchdog::body(void* self) {
  auto* const dog = static_cast<watchdog*>(self);
  dog->watch();
  std::uint32_t* const stopped = &dog->stopped_;
  std::atomic_ref(*stopped).store(1, std::memory_order_release);
  futex_wake(stopped);  // the object may be gone; its address is enough to wake
  return nullptr;
}

void watchdog::watch() {
  const auto patience = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(options_.patience_seconds / options_.period_seconds));
  std::uint64_t last = 0;
  std::uint64_t freed = 0;
  std::uint64_t looks = 0;  // in a row, with the program running and the counter where it was
  for (;;) {
    futex_wait(&stop_, 0, options_.period_seconds);
    if (std::atomic_ref(stop_).load(std::memory_order_acquire) != 0) return;
    const std::uint64_t now = read_counter(options_.progress);
    const std::uint64_t freed_now = freed_.load(std::memory_order_relaxed);
    if (now != last || freed_now != freed) {
      last = now;
      freed = freed_now;
      looks = 0;
      continue;
    }
    if (!armed_.load(std::memory_order_relaxed) || ++looks < patience) continue;
    if (looks > last_resort * patience) give_up();
    stuck_at_.store(now, std::memory_order_relaxed);
    raw_system_call(SYS_tgkill, process_, watched_, options_.signal);
  }
}

}  // namespace heddle::runtime
