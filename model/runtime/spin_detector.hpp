// Recognises spin loops in native code, without annotation and without guessing.
//
// A thread that comes to the same read with the same machine state (callee-saved registers and its
// stack from the caller's frame up; the rest is dead at a call), and with every object that it
// wrote in between back at its old value, goes on as a function of the values it reads. What it can
// do from here it could do from there, reading newer writes at once; so the repetition adds nothing
// and the thread is blocked until there is something newer to read. `while (flag.test_and_set())`
// writes what it has read; a mutex that a round takes and gives back hides its own meantime, but
// for a failed try_lock (the search knows whether there was one). Any other atomic write is an
// effect: somebody may count its comings and goings. A counted retry loop has its counter in the
// state and takes its exits.
//
// Comparing states is dear, so it is done only at reads that a thread has been seen to repeat. When
// such a place is learnt the search starts again, so that what a thread does depends on its own
// past alone. For the same reason the old value of an object is what the thread itself has read or
// written, never what memory happens to hold.
//
// A frame has holes: slots that nobody has written yet hold what an earlier execution left on the
// stack, and by chance the state is once the same and once not. So from then on each thread
// begins with zeros as deep as states are compared; when that depth grows, the search starts again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/program/operation.hpp"

namespace heddle::runtime {

class spin_detector {
 public:
  void new_execution();

  /// The thread has changed something for good.
  void effect(thread_id thread) {
    if (thread < threads_.size()) forget(threads_[thread]);
  }

  /// The thread has made an object hold `after` where it found `before`.
  void replaced(thread_id thread, std::uintptr_t address, value before, value after) {
    if (thread >= threads_.size() || threads_[thread].arrivals.empty()) return;
    note(threads_[thread], {address, before, after});
  }

  /// The thread has stored without looking: undoes what it wrote there before, or is an effect.
  void stored(thread_id thread, std::uintptr_t address, value after) {
    if (thread >= threads_.size()) return;
    history& past = threads_[thread];
    past.writes.empty() ? forget(past) : store(past, address, after);
  }

  /// The thread is about to read at `pc`, as its event `index`. The index of the event from which
  /// it repeats itself, if it does; should it go on all the same, the next round is compared with
  /// this one. `stack` is the thread's whole stack.
  std::optional<std::uint32_t> arrives(thread_id thread, std::uintptr_t pc, std::uintptr_t address,
                                       std::uint32_t index, std::span<const std::byte> stack);

  /// The most common arrival: the first since the thread's last effect, at a place that no thread
  /// was seen to repeat. False: nothing is noted, ask arrives().
  bool arrives_first(thread_id thread, std::uintptr_t pc, std::uintptr_t address,
                     std::uint32_t index) {
    if (!repeated_places_.empty() || thread >= threads_.size()) return false;
    history& past = threads_[thread];
    if (!past.arrivals.empty()) return false;
    past.arrivals.push_back({pc, address, 0, index, 0});
    return true;
  }

  /// How many bytes at the top of a stack have been compared so far; 0: none.
  std::size_t depth() const { return depth_; }

  /// Whether a new place was learnt, or a greater depth; reading clears it.
  bool learned();

 private:
  struct arrival {
    std::uintptr_t pc;
    std::uintptr_t address;
    std::uint64_t state;  // 0: not taken
    std::uint32_t index;
    std::uint32_t writes;  // how many are older
  };
  struct write {
    std::uintptr_t address;
    value before;
    value after;
  };
  struct history {  // of a thread, since its last effect
    std::vector<arrival> arrivals;
    std::vector<write> writes;  // since the first arrival
  };

  static void forget(history& past) {
    past.arrivals.clear();
    past.writes.clear();
  }
  static void note(history& past, const write& w);
  static void store(history& past, std::uintptr_t address, value after);
  static bool all_undone(const history& past, std::uint32_t since);
  bool is_repeated_place(std::uintptr_t pc) const;

  std::vector<history> threads_;
  std::vector<std::uintptr_t> repeated_places_;  // sorted; of all executions
  std::size_t depth_ = 0;                        // whole pages
  bool learned_ = false;
};

}  // namespace heddle::runtime
