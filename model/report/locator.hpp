// Where in the user's source something happened: picks the frame of a call stack that the user
// wrote, and shortens its path.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/report/setting.hpp"

namespace heddle::report {

class locator {
 public:
  explicit locator(const setting& around) : around_(around) {}

  /// The frames that the user wrote, innermost first, at most `limit`; if there is none, the
  /// innermost frame that has a line, or else the innermost. Empty for an empty stack.
  std::vector<frame> user_frames(const call_stack& stack, std::size_t limit) const;

  /// The innermost of these.
  std::optional<frame> user_frame(const call_stack& stack) const;

  /// "src/cell.cpp:12"; without debug information "cell_test+0x1234"; empty for an empty stack.
  std::string place(const call_stack& stack) const;

  /// The same, of a frame.
  std::string place(const frame& f) const;

  /// For machines: like place(), but a file that is not below the directory keeps its whole path.
  std::string exact_place(const call_stack& stack) const;

  /// The path relative to the directory if the file is below it; otherwise the whole path.
  std::string relative(const std::string& file) const;

  /// What the user calls the object of the event.
  std::string object(const trace_event& event) const;

 private:
  const setting& around_;
};

/// "src/cell.cpp" of a path outside of the directory: the last two parts; system headers as they
/// are included.
std::string short_path(std::string_view path);

}  // namespace heddle::report
