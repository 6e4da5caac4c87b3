// Notices that the program under test makes no progress: a helper thread looks at a counter now
// and then, and sends a signal to the thread that runs the program when the counter has stood still
// for too long. What happens at the signal is the crash guard's business.
//
// Time is counted in looks, not in seconds on a clock, so that a process that was stopped (in a
// debugger, or with the machine asleep) is not taken for one that makes no progress.
#pragma once

#include <atomic>
#include <cstdint>

namespace heddle::runtime {

struct watchdog_options {
  const std::uint64_t* progress = nullptr;  // written by the watched thread alone
  double patience_seconds = 10;             // at least one period
  double period_seconds = 0.25;
  int signal = 0;
};

class watchdog {
 public:
  /// Watches the calling thread while `armed`. Throws std::system_error if there is no thread to
  /// be had.
  watchdog(const watchdog_options& options, const std::atomic<bool>& armed);
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// Whether the counter stands where it stood when the last signal was sent: a signal may arrive
  /// late. Safe in a signal handler.
  bool still_stuck() const;

  /// To be called when the thread was freed: patience starts again. Safe in a signal handler.
  void acknowledge() { freed_.fetch_add(1, std::memory_order_relaxed); }

 private:
  static void* body(void* self);
  void watch();

  watchdog_options options_;
  const std::atomic<bool>& armed_;
  long process_;
  long watched_;
  std::atomic<std::uint64_t> stuck_at_{0};
  std::atomic<std::uint64_t> freed_{0};
  // Words that the two threads wait for; 0, then 1. Accessed through std::atomic_ref.
  std::uint32_t stop_ = 0;
  std::uint32_t stopped_ = 0;
};

}  // namespace heddle::runtime
