// How many operations each thread will perform, by object, judged by earlier executions: what SURW
// weighs threads with. A thread is known by its way from thread 0 (the k-th that this one creates),
// which is the same whatever the schedule is.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "model/explore/scheduler.hpp"

namespace heddle {

class event_estimate {
 public:
  event_estimate() { relatives_.emplace_back(); }

  /// An execution begins; the one before counts, or is forgotten.
  void begin_execution(bool count_the_last);
  void performed(const performed_operation& done);

  /// What is counted: the operations of one location, or all (no_location).
  void look_at(location_id location);
  /// So many of them are left to the thread and to those that it will yet create.
  std::uint64_t left(thread_id thread) const;
  /// So many of them a thread brings that has just been created, with those that it will create.
  std::uint64_t brings(thread_id thread) const;

  /// The locations that two threads have accessed, at least one of them for writing, in order.
  const std::vector<location_id>& shared() const { return shared_; }
  std::uint64_t executions() const { return executions_; }

 private:
  using relative = std::uint32_t;  // 0: thread 0
  struct relative_state {
    std::map<location_id, std::uint64_t> total;  // of all executions, by location
    std::vector<relative> children;
    std::uint64_t expected = 0;      // of what is looked at, by itself
    std::uint64_t expected_all = 0;  // with all descendants
  };
  struct thread_state {
    relative is = 0;
    std::uint32_t created = 0;                    // children in this execution
    std::uint64_t performed = 0;                  // of what is looked at
    std::map<location_id, std::uint64_t> counts;  // of this execution
  };
  struct sharing {
    thread_id first = no_thread;
    bool two = false;
    bool written = false;
    bool listed = false;
  };

  std::uint64_t expect(relative_state& of) const;

  std::vector<relative_state> relatives_;  // parents before their children
  std::vector<thread_state> threads_;      // of this execution
  std::map<location_id, sharing> sharing_;
  std::vector<location_id> shared_;
  location_id looked_at_ = no_location;
  std::uint64_t executions_ = 0;
};

}  // namespace heddle
