// Who comes next, in an execution that is chosen at random: what random_walk, pct and pos decide.
// A scheduler sees the operations that the threads are about to perform, and nothing else. What a
// read sees and where a write goes is not its business, but random_search's.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "model/explore/random_source.hpp"
#include "model/program/operation.hpp"

namespace heddle {

/// The next operation of a thread that can go on.
struct pending_operation {
  thread_id thread = no_thread;
  location_id location = no_location;
  bool may_write = false;

  /// Whether the order of the two can matter.
  bool conflicts_with(const pending_operation& other) const {
    return location != no_location && location == other.location && (may_write || other.may_write);
  }
};

class scheduler {
 public:
  virtual ~scheduler() = default;

  /// An execution begins. `longest` is the number of operations of the longest one so far, 0 if
  /// there was none.
  virtual void begin(random_source& random, std::uint64_t longest) = 0;

  /// One of the threads in `pending`, which is not empty and in ascending order. The thread may
  /// turn out to have to wait; then it is asked again, without it.
  virtual thread_id choose(random_source& random, std::span<const pending_operation> pending) = 0;

  /// `done` has happened. `pending` are the operations of the other threads that can go on.
  virtual void performed(random_source& random, const pending_operation& done,
                         std::span<const pending_operation> pending) = 0;
};

/// How to search.
enum class search_mode : std::uint8_t { exhaustive, random, pct, pos };

constexpr const char* name_of(search_mode mode) {
  constexpr const char* names[] = {"exhaustive", "random", "pct", "pos"};
  return names[static_cast<unsigned>(mode)];
}

/// The scheduler of a mode that is not exhaustive; `depth` from 1, for pct.
std::unique_ptr<scheduler> make_scheduler(search_mode mode, unsigned depth);

}  // namespace heddle
