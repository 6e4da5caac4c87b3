// Two implementations of one once flag (GCC PR99341).
//
// A new call_once, made of a futex, meant 1 by "running" and 2 by "done"; the old one handed the
// same word to the C library's pthread_once, which meant 1 and 2 as well, but other bits by
// "running". An inline function of each stood in object files of different ages, and worked on one
// flag. Each took the other's "running" for a word that means nothing to it: both ran the function;
// where the library knew only its own values, the second slept for ever on a word that had changed
// already. An encoding that is visible to inline code is an interface for ever; the change was
// taken back.
#include <atomic>
#include <heddle/check.hpp>
#include <thread>

namespace museum {
namespace {

/// A once routine whose words for the states of a flag are its own.
template <int Running, int Done>
void call_once(std::atomic<int>& flag, std::atomic<int>& runs) {
  for (;;) {
    int seen = flag.load(std::memory_order_acquire);
    if (seen == Done) return;
    if (seen == Running) {
      flag.wait(seen, std::memory_order_acquire);
    } else if (flag.compare_exchange_strong(seen, Running, std::memory_order_acquire)) {
      ++runs;
      flag.store(Done, std::memory_order_release);
      flag.notify_all();
      return;
    }
  }
}

template <int OldRunning, int OldDone, int NewRunning, int NewDone>
void by_old_and_new_code() {
  std::atomic<int> flag{0};
  std::atomic<int> runs{0};
  std::thread old([&] { call_once<OldRunning, OldDone>(flag, runs); });
  call_once<NewRunning, NewDone>(flag, runs);
  old.join();
  heddle::require(runs == 1, "the function runs once");
}

/// "Running" has other bits in the old code (there, a count of forks stood beside it).
HEDDLE_CHECK(two_protocols_run_twice) { by_old_and_new_code<5, 2, 1, 2>(); }

/// What the new code calls done is what the old code waits for the end of.
HEDDLE_CHECK(two_protocols_sleep_for_ever) { by_old_and_new_code<2, 1, 1, 2>(); }

HEDDLE_CHECK(two_protocols_cure_one_encoding) { by_old_and_new_code<1, 2, 1, 2>(); }

}  // namespace
}  // namespace museum
