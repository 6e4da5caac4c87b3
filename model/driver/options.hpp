// The options of a check binary, and of a driver-built program through HEDDLE_OPTIONS.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/driver/session.hpp"

namespace heddle::driver {

/// Exit statuses of every program that heddle drives.
namespace exit_status {
inline constexpr int verified = 0;
inline constexpr int failed = 1;
inline constexpr int error = 2;     // usage, or the checker cannot judge
inline constexpr int bounded = 77;  // ctest's usual code for "skipped": never shown as a pass
}  // namespace exit_status

struct run_options {
  bool list = false;
  std::string filter = "*";  // a glob over the names of the checks
  session_options session;
  bool quiet = false;
  std::string json_file;  // this and the next: empty for none
  std::string junit_file;
  std::string sarif_file;
  std::string dot_file;
  std::string html_directory;
  std::string corpus_directory;
};

/// Either options to run with, or something to print and a status to exit with.
struct parsed_options {
  std::optional<run_options> options;
  std::string text;  // ends with a newline
  int status = exit_status::verified;
};

/// `arguments` without the program's name; `program` is only for the help text.
parsed_options parse_options(const std::vector<std::string>& arguments, const std::string& program);

/// The arguments in `line`, the value of the environment variable HEDDLE_OPTIONS.
parsed_options parse_option_line(std::string_view line, const std::string& program);

/// cpp20, rc11 or sc.
std::optional<memory_model> memory_model_named(std::string_view name);

}  // namespace heddle::driver
