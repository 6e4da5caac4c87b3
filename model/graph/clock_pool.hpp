// Vector clocks of the events of one graph, in one flat array.
//
// Clock 0 is all zero. Clocks are immutable once handed out and shared by consecutive events of a
// thread; an event's own component is implied by its index, so that most events need none of their
// own. The pool only grows at its end and is cut back together with the events (truncate).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "model/program/operation.hpp"

namespace heddle {

using clock_ref = std::uint32_t;  // index of a clock; 0: the zero clock

class clock_pool {
 public:
  std::uint32_t width() const { return width_; }
  std::uint32_t size() const { return size_; }
  const std::uint32_t* data(clock_ref clock) const { return &entries_[clock * width_]; }

  std::uint32_t at(clock_ref clock, thread_id thread) const {
    return thread < width_ ? entries_[clock * width_ + thread] : 0;
  }

  clock_ref copy(clock_ref from) {
    const std::size_t end = static_cast<std::size_t>(size_) * width_;
    if (entries_.size() < end + width_) grow(end + width_);
    // Four at a time and by hand: a call of memcpy costs more than it copies.
    std::uint32_t* a = &entries_[end];
    const std::uint32_t* b = &entries_[from * width_];
    for (std::uint32_t i = 0; i < width_; i += 4) {
      a[i] = b[i];
      a[i + 1] = b[i + 1];
      a[i + 2] = b[i + 2];
      a[i + 3] = b[i + 3];
    }
    return size_++;
  }

  /// Only for a clock that `copy` just returned and that nobody shares yet.
  void raise(clock_ref clock, thread_id thread, std::uint32_t count) {
    std::uint32_t& entry = entries_[clock * width_ + thread];
    if (entry < count) entry = count;
  }
  void join(clock_ref into, clock_ref from) {
    std::uint32_t* a = &entries_[into * width_];
    const std::uint32_t* b = &entries_[from * width_];
    for (std::uint32_t i = 0; i < width_; i += 4) {
      a[i] = std::max(a[i], b[i]);
      a[i + 1] = std::max(a[i + 1], b[i + 1]);
      a[i + 2] = std::max(a[i + 2], b[i + 2]);
      a[i + 3] = std::max(a[i + 3], b[i + 3]);
    }
  }

  /// Whether `b` ≤ `a` in every entry but `except`'s.
  bool covers(clock_ref a, clock_ref b, thread_id except = no_thread) const {
    const std::uint32_t* x = &entries_[a * width_];
    const std::uint32_t* y = &entries_[b * width_];
    for (std::uint32_t i = 0; i < width_; i += 4) {
      const bool four =
          (x[i] >= y[i] || i == except) && (x[i + 1] >= y[i + 1] || i + 1 == except) &&
          (x[i + 2] >= y[i + 2] || i + 2 == except) && (x[i + 3] >= y[i + 3] || i + 3 == except);
      if (!four) return false;
    }
    return true;
  }

  void truncate(std::uint32_t size) { size_ = size; }

  /// Becomes a copy of `other`; keeps its own memory if that suffices.
  void assign(const clock_pool& other) {
    const std::size_t used = static_cast<std::size_t>(other.size_) * other.width_;
    if (entries_.size() < used) grow(used);
    std::memcpy(entries_.data(), other.entries_.data(), used * sizeof(std::uint32_t));
    width_ = other.width_;
    size_ = other.size_;
  }

  /// Makes room for thread `thread` in every clock.
  void widen(thread_id thread) {
    const std::uint32_t wider = (thread / 4 + 1) * 4;
    if (wider <= width_) return;
    std::vector<std::uint32_t> entries(static_cast<std::size_t>(size_ + 64) * wider, 0);
    for (std::uint32_t i = 0; i < size_; ++i) {
      std::memcpy(&entries[static_cast<std::size_t>(i) * wider], data(i),
                  width_ * sizeof(std::uint32_t));
    }
    entries_.swap(entries);
    width_ = wider;
  }

 private:
  void grow(std::size_t entries) { entries_.resize(entries * 2); }

  std::uint32_t width_ = 4;  // a multiple of four
  std::uint32_t size_ = 1;   // clocks in use; the first is the zero clock
  std::vector<std::uint32_t> entries_ = std::vector<std::uint32_t>(64, 0);
};

}  // namespace heddle
