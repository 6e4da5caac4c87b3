// The two sides of an exploration. A `program` runs its threads and asks the `recorder`, before
// each operation, what happens there; the recorder (the search) answers, and says which thread to
// run when the current one cannot go on. Neither knows what the other is made of: the runtime's
// native threads and the tests' litmus programs are both programs; the exhaustive search, a replay
// and the random search are all recorders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/program/operation.hpp"

namespace heddle {

enum class step_status : std::uint8_t {
  done,  // the operation happened: go on with `result`
  park,  // not now: run recorder::next_thread(), and ask again when this thread is next
  stop,  // this execution is over (see recorder::next_thread): do not go on
};

struct step {
  step_status status = step_status::stop;
  value result{};
  /// The operation wrote, and its write is the coherence-latest of those that have happened in
  /// this execution: memory that others look at without the recorder should hold it.
  bool latest = false;
};

class recorder {
 public:
  virtual ~recorder() = default;

  /// Thread `thread` is about to perform `op`. Must be called for one thread at a time; after
  /// `park`, the same thread must come back with the same operation.
  virtual step perform(thread_id thread, const operation& op) = 0;

  /// Which thread to run next, or `no_thread` when the execution is over: all have finished, or
  /// those that have not are blocked, or the search has seen enough of this execution.
  virtual thread_id next_thread() = 0;

  /// Announces that `location` holds `initial` before its first write. Once per location and
  /// execution, before its first operation.
  virtual void initialise(location_id location, value initial) = 0;

  /// The thread re-executes a loop whose reads, since event `first_read_index` of this thread,
  /// had no effect and left its state as it was: going on with the same values would repeat them
  /// for ever. It is blocked from now on: other executions are those in which one of these reads
  /// sees another write. `done`: it shall go round once more, since this execution does.
  /// `undone`: the loop may write, and each object holds its old value again after a round. Then
  /// the thread may also be run again after `park`, when another one has seen a value that the
  /// round wrote and took back.
  virtual step spin(thread_id thread, std::uint32_t first_read_index, bool undone = false) = 0;

  /// The happens-before clock of the thread's next plain access: entry u counts the events of
  /// thread u that happen before it. Valid until the next call; `width` entries, later threads
  /// count 0. Thread `thread`'s own entry is not meaningful; it has performed `events`.
  struct clock_view {
    const std::uint32_t* entries;
    std::uint32_t width;
    std::uint32_t events = 0;
  };
  virtual clock_view happens_before(thread_id thread) const = 0;

  /// An access of `location` by another thread that is not ordered before the thread's next plain
  /// access, and so races with it; `thread` is no_thread if there is none.
  struct unordered_access {
    thread_id thread = no_thread;
    std::uint32_t index = 0;  // of the event in its thread
    bool write = false;
  };
  virtual unordered_access unordered_before(thread_id thread, location_id location,
                                            bool writes_only) const = 0;
};

class program {
 public:
  virtual ~program() = default;

  /// Runs one execution from the very beginning, until recorder::next_thread says `no_thread` or
  /// the program itself ends it (a failed assertion, say).
  virtual void run(recorder& recorder) = 0;
};

}  // namespace heddle
