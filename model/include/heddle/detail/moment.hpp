// A moment: a place between two operations of a thread, and what happens before it.
//
// In an exploration one moment happens before another exactly if a plain write at the one and a
// plain read at the other would be no data race. To ask is no operation of the program: nothing is
// ordered by it. Outside there is only the clock: the earlier moment counts as ordered before the
// later one, which is more than happens-before says.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace heddle::detail {

struct place_in_execution {
  unsigned thread = 0;
  unsigned operations = 0;  // that the thread has performed
  unsigned threads = 0;     // so many entries of `seen` are not 0, or come before such
};

/// Where the calling thread stands; seen[u] counts the operations of thread u that happen before.
/// At most `capacity` are written. False, and nothing is, outside an exploration.
bool ask_where(place_in_execution& place, unsigned* seen, unsigned capacity);

/// How many moments this thread has had. Its address tells threads apart outside an exploration.
inline thread_local unsigned moments_of_thread = 0;

class moment {
 public:
  moment() = default;

  static moment now() {
    moment m;
    m.number_ = ++moments_of_thread;
    constexpr unsigned few = 16;
    unsigned seen[few] = {};
    place_in_execution place;
    m.explored_ = ask_where(place, seen, few);
    if (m.explored_) {
      m.thread_ = place.thread;
      m.operations_ = place.operations;
      m.seen_.assign(seen, seen + (place.threads < few ? place.threads : few));
      if (place.threads > few) {
        m.seen_.resize(place.threads);
        ask_where(place, m.seen_.data(), place.threads);
      }
    } else {
      m.thread_ = reinterpret_cast<std::uintptr_t>(&moments_of_thread);
      m.time_ = std::chrono::steady_clock::now();
    }
    return m;
  }

  /// Taken inside an exploration.
  bool explored() const { return explored_; }

  /// Both must have been taken in one execution, or both outside.
  bool happens_before(const moment& later) const {
    if (thread_ == later.thread_) return number_ < later.number_;
    if (!explored_) return time_ < later.time_;
    return thread_ < later.seen_.size() && later.seen_[thread_] > operations_;
  }

 private:
  std::uintptr_t thread_ = 0;
  unsigned operations_ = 0;
  unsigned number_ = 0;  // among those of its thread
  bool explored_ = false;
  std::vector<unsigned> seen_;
  std::chrono::steady_clock::time_point time_;
};

}  // namespace heddle::detail
