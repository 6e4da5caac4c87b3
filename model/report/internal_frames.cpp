#include "model/report/internal_frames.hpp"

#include <algorithm>
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

/// The folder of heddle's checker, with a slash at its end, as a compilation called it that called
/// the file of this name, whose path in that folder is `tail`, so.
std::string_view folder_of(std::string_view file, std::string_view tail) {
  return file.ends_with(tail) ? file.substr(0, file.size() - tail.size()) : std::string_view();
}

/// heddle's tests are users of heddle.
bool is_own_file(std::string_view file) {
  // Debug information calls the files as the compiler was told: sources and headers may have been
  // found by different ways (a compiler cache makes folders of headers relative).
  static const std::array<std::string_view, 2> folders = {
      folder_of(std::source_location::current().file_name(), "report/internal_frames.cpp"),
      folder_of(internal_frames_header(), "report/internal_frames.hpp")};
  return std::ranges::any_of(folders, [&](std::string_view folder) {
    return !folder.empty() && file.starts_with(folder) &&
           file.find("test", folder.size()) == std::string_view::npos;
  });
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
