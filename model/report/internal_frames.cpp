#include "model/report/internal_frames.hpp"

#include <array>
#include <source_location>

namespace heddle::report {
namespace {

template <std::size_t N>
bool starts_with_any(std::string_view text, const std::array<std::string_view, N>& beginnings) {
  for (std::string_view beginning : beginnings)
    if (text.starts_with(beginning)) return true;
  return false;
}

constexpr std::array<std::string_view, 4> system_folders = {"/usr/include/", "/usr/lib/", "/lib/",
                                                            "/usr/lib64/"};

bool is_system_file(std::string_view file) {
  return starts_with_any(file, system_folders) ||
         file.find("/include/c++/") != std::string_view::npos;
}

/// The folder of heddle's checker, as this compilation called it, with a slash at its end. Debug
/// information calls it the same.
std::string_view own_folder() {
  static const std::string_view this_file = std::source_location::current().file_name();
  constexpr std::string_view tail = "report/internal_frames.cpp";
  return this_file.ends_with(tail) ? this_file.substr(0, this_file.size() - tail.size())
                                   : std::string_view();
}

/// heddle's tests are users of heddle.
bool is_own_file(std::string_view file) {
  const std::string_view folder = own_folder();
  return !folder.empty() && file.starts_with(folder) &&
         file.find("test", folder.size()) == std::string_view::npos;
}

}  // namespace

std::string qualified_name(std::string_view function) {
  std::string result;
  int depth = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const char c = function[i];
    if (c == '<') ++depth;
    if (depth == 0) {
      if (c == ' ')
        result.clear();  // what came before was the return type
      else if (c == '(' && function.substr(i).starts_with("(anonymous namespace)")) {
        result += "(anonymous namespace)";
        i += std::string_view("(anonymous namespace)").size() - 1;
      } else if (c == '(')
        break;
      else
        result += c;
    }
    if (c == '>' && depth > 0) --depth;
  }
  return result;
}

bool is_internal(const frame& f) {
  constexpr std::array<std::string_view, 6> c_names = {
      "__tsan_", "pthread_", "__cxa_", "__libc_", "__clang_call_terminate", "_start"};
  constexpr std::array<std::string_view, 3> namespaces = {"std::", "heddle::", "__gnu_cxx::"};
  const std::string name = qualified_name(f.function);
  if (starts_with_any(name, c_names)) return true;
  if (starts_with_any(f.module, system_folders)) return true;
  if (!f.file.empty()) return is_system_file(f.file) || is_own_file(f.file);
  return starts_with_any(name, namespaces);
}

}  // namespace heddle::report
