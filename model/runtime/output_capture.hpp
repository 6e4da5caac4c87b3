// What the program prints while it is explored goes to a file in memory instead of the terminal,
// thousands of times over; only that of a failing execution is of interest. As long as the object
// lives, file descriptors 1 and 2, and so stdio and iostreams, lead there.
//
// The beginning of an execution costs no system call unless the last one printed something: the
// file's first byte is watched through a mapping. (A program whose output begins with the byte
// 0xFF is not noticed; its output is then found in front of the next execution's.)
#pragma once

#include <cstdio>
#include <string>

namespace heddle::runtime {

class output_capture {
 public:
  /// One at a time. Throws std::system_error, and leaves everything as it was.
  output_capture();
  /// Puts back what was there; what was not asked for with text() is dropped.
  ~output_capture();
  output_capture(const output_capture&) = delete;
  output_capture& operator=(const output_capture&) = delete;

  /// Drops what was printed so far. `in_order`: lines of stdout and stderr shall appear in the
  /// order in which they were printed, which costs a system call for each.
  void begin_execution(bool in_order = false);

  /// This process is a fork: its output goes to a file of its own from now on. Throws
  /// std::system_error.
  void separate();

  /// What was printed since then.
  std::string text();

  /// Where stderr led before: for heddle's own messages. Unbuffered.
  std::FILE* original_stderr() const { return original_stderr_; }

  /// The process is about to end here, for a reason that it may have printed: restores the
  /// descriptors and copies what was captured to stderr. Nothing if there is no capture. Safe in a
  /// signal handler.
  static void give_up() noexcept;

 private:
  void redirect();
  void open_file();
  void restore() noexcept;
  void discard();

  int file_ = -1;
  int saved_[2] = {-1, -1};
  bool was_line_buffered_ = false;
  bool in_order_ = false;
  volatile unsigned char* first_byte_ = nullptr;
  std::FILE* original_stderr_ = nullptr;
};

}  // namespace heddle::runtime
