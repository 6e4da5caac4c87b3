// Who comes next, in an execution that is chosen at random: what random_walk, pct, pos, surw and
// rff decide, each in its own way, and portfolio in turns. A scheduler sees the operations that the
// threads are about to perform and what came of those that have, and nothing else. What a read sees
// and where a write goes is random_search's business; a scheduler may ask for a source.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "model/explore/random_source.hpp"
#include "model/graph/event.hpp"
#include "model/program/operation.hpp"

namespace heddle {

/// The next operation of a thread that can go on.
struct pending_operation {
  thread_id thread = no_thread;
  location_id location = no_location;
  bool may_write = false;
  operation_kind kind = operation_kind::fence;
  value operand = {};  // what a store writes, a read-modify-write adds, …

  bool may_read() const { return location != no_location && kind != operation_kind::store; }

  /// Whether the order of the two can matter.
  bool conflicts_with(const pending_operation& other) const {
    return location != no_location && location == other.location && (may_write || other.may_write);
  }
};

/// An operation that has happened.
struct performed_operation : pending_operation {
  event_id event = no_event;       // its last one: of a read-modify-write, the write
  event_id reads_from = no_event;  // no_event: it has read nothing
  bool wrote = false;
};

class scheduler {
 public:
  virtual ~scheduler() = default;

  /// Execution `number` begins; if that was the number of the one before, too, that one is to be
  /// forgotten. `longest` is the number of operations of the longest one so far, 0 if there was
  /// none.
  virtual void begin(random_source& random, std::uint64_t number, std::uint64_t longest) = 0;

  /// Whether reads of the execution that has begun may see old writes.
  virtual void with_old_writes(bool) {}

  /// What the read, which comes now, should see: one of `sources`, the newest last, or no_event:
  /// none in particular. Asked in executions with old writes only; what the memory model does not
  /// allow is not seen.
  virtual event_id wanted_source(const pending_operation& /*read*/,
                                 std::span<const event_id> /*sources*/) {
    return no_event;
  }

  /// One of the threads in `pending`, which is not empty and in ascending order. The thread may
  /// turn out to have to wait; then it is asked again, without it.
  virtual thread_id choose(random_source& random, std::span<const pending_operation> pending) = 0;

  /// `done` has happened. `pending` are the operations of the other threads that can go on.
  virtual void performed(random_source& random, const performed_operation& done,
                         std::span<const pending_operation> pending) = 0;
};

/// How to search.
enum class search_mode : std::uint8_t { exhaustive, random, pct, pos, surw, rff, portfolio };

inline constexpr search_mode all_search_modes[] = {
    search_mode::exhaustive, search_mode::random, search_mode::pct,      search_mode::pos,
    search_mode::surw,       search_mode::rff,    search_mode::portfolio};

constexpr const char* name_of(search_mode mode) {
  constexpr const char* names[] = {"exhaustive", "random", "pct",      "pos",
                                   "surw",       "rff",    "portfolio"};
  return names[static_cast<unsigned>(mode)];
}

/// The scheduler of a mode that is not exhaustive; `depth` from 1, for pct.
std::unique_ptr<scheduler> make_scheduler(search_mode mode, unsigned depth);

}  // namespace heddle
