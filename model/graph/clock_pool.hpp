// Vector clocks of the events of one graph, in one flat array.
//
// Clock 0 is all zero. Clocks are immutable once handed out and shared by consecutive events of a
// thread; an event's own component is implied by its index, so that most events need none of their
// own. The pool only grows at its end and is cut back together with the events (truncate).
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "model/program/operation.hpp"

namespace heddle {

using clock_ref = std::uint32_t;  // index of a clock; 0: the zero clock

class clock_pool {
 public:
  clock_pool() : entries_(width_, 0) {}

  std::uint32_t width() const { return width_; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size() / width_); }
  const std::uint32_t* data(clock_ref clock) const { return &entries_[clock * width_]; }

  std::uint32_t at(clock_ref clock, thread_id thread) const {
    return thread < width_ ? entries_[clock * width_ + thread] : 0;
  }

  clock_ref copy(clock_ref from) {
    const std::size_t end = entries_.size();
    entries_.resize(end + width_);
    std::memcpy(&entries_[end], &entries_[from * width_], width_ * sizeof(std::uint32_t));
    return static_cast<clock_ref>(end / width_);
  }

  /// Only for a clock that `copy` just returned and that nobody shares yet.
  void raise(clock_ref clock, thread_id thread, std::uint32_t count) {
    std::uint32_t& entry = entries_[clock * width_ + thread];
    if (entry < count) entry = count;
  }
  void join(clock_ref into, clock_ref from) {
    std::uint32_t* a = &entries_[into * width_];
    const std::uint32_t* b = &entries_[from * width_];
    for (std::uint32_t i = 0; i < width_; ++i) a[i] = a[i] < b[i] ? b[i] : a[i];
  }

  /// Whether `b` ≤ `a` in every entry but `except`'s.
  bool covers(clock_ref a, clock_ref b, thread_id except = no_thread) const {
    const std::uint32_t* x = &entries_[a * width_];
    const std::uint32_t* y = &entries_[b * width_];
    for (std::uint32_t i = 0; i < width_; ++i) {
      if (x[i] < y[i] && i != except) return false;
    }
    return true;
  }

  void truncate(std::uint32_t size) { entries_.resize(static_cast<std::size_t>(size) * width_); }

  /// Makes room for thread `thread` in every clock.
  void widen(thread_id thread) {
    const std::uint32_t wider = (thread / 4 + 1) * 4;
    if (wider <= width_) return;
    std::vector<std::uint32_t> entries(static_cast<std::size_t>(size()) * wider, 0);
    for (std::uint32_t i = 0; i < size(); ++i) {
      std::memcpy(&entries[static_cast<std::size_t>(i) * wider], data(i),
                  width_ * sizeof(std::uint32_t));
    }
    entries_.swap(entries);
    width_ = wider;
  }

 private:
  std::uint32_t width_ = 4;
  std::vector<std::uint32_t> entries_;
};

}  // namespace heddle
