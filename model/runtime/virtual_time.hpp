// The program's time. No check ever sleeps: a thread that sleeps, or whose timed wait times out,
// goes on at once with its own time set forward.
//
// What a clock shows is a function of the execution graph alone: the latest time to which the
// thread, or something that happens before its reading, has set time forward. So clocks never go
// back along happens-before, repeating an execution repeats what they show, and reading them adds
// no operation and no execution. Each reading takes a nanosecond; who reads the clock again and
// again waits for it to move, and sees it move faster and faster.
#pragma once

#include <cstdint>
#include <vector>

#include "model/program/program.hpp"

namespace heddle::runtime {

class virtual_time {
 public:
  using nanoseconds = std::int64_t;

  void new_execution() {
    for (auto& steps : steps_) steps.clear();
  }

  /// What the thread's clock shows before event `index` of the thread, with these events before it.
  nanoseconds now(thread_id thread, recorder::clock_view happens_before) const;

  /// Time has come to `when` for the thread, before its event `index`. Never back.
  void advance(thread_id thread, std::uint32_t index, nanoseconds when);

  /// How much time reading a clock takes, for a thread that has read it so many times before.
  static nanoseconds reading(unsigned reads_before);

  /// The number of nanoseconds after which nobody waits any more; a longer wait has no end.
  static constexpr nanoseconds for_ever = std::int64_t{100} * 365 * 24 * 3600 * 1'000'000'000;

 private:
  struct step {
    std::uint32_t index;
    nanoseconds when;
  };
  std::vector<std::vector<step>> steps_;  // by thread, each in order
};

}  // namespace heddle::runtime
