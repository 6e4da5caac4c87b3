// The progress of a running check, as one line that is written over again and again. For a person
// at a terminal only: what is kept (a log, a file) never sees it.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

#include "model/driver/session.hpp"

namespace heddle::driver {

/// "once_cell: 1,200,000 executions, 400,000 per second, about 12 % of 10,000,000, 40 s of --time
/// left"; cut after `width` cells. `budget_seconds` 0: no --time was given.
std::string progress_text(const std::string& name, const progress& now, double budget_seconds,
                          std::size_t width);

class progress_line {
 public:
  /// `terminal` null: shows nothing.
  progress_line(std::FILE* terminal, std::string name, double budget_seconds, std::size_t width);
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;
  ~progress_line() { clear(); }

  /// Draws the line, at most ten times per second of the session.
  void show(const progress& now);

  /// Takes the line away, so that something lasting can be printed.
  void clear();

 private:
  std::FILE* terminal_;
  std::string name_;
  double budget_seconds_;
  std::size_t width_;
  double next_seconds_ = 0.5;  // a check that is done by then needs no progress line
  bool drawn_ = false;
};

}  // namespace heddle::driver
