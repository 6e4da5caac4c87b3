// heddle-cc and heddle-c++: compile and link a program so that running it explores its main. Called
// like the compiler. HEDDLE_CC (for heddle-c++: HEDDLE_CXX) names another compiler than the one
// that heddle itself was built with.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "heddle_toolchain.hpp"
#include "model/driver/compile_command.hpp"
#include "model/driver/shell_words.hpp"

namespace heddle::driver {
namespace {

namespace fs = std::filesystem;
using words = std::vector<std::string>;

#ifdef HEDDLE_DRIVES_CXX
constexpr bool cxx = true;
constexpr const char* own_name = "heddle-c++";
constexpr const char* compiler_variable = "HEDDLE_CXX";
#else
constexpr bool cxx = false;
constexpr const char* own_name = "heddle-cc";
constexpr const char* compiler_variable = "HEDDLE_CC";
#endif

[[noreturn]] void give_up(const std::string& sentence) {
  std::fprintf(stderr, "%s: %s\n", own_name, sentence.c_str());
  std::exit(2);
}

/// Where PATH finds `program`, links followed, since cc is usually a link to its real name.
std::string real_name(const std::string& program) {
  std::error_code ignored;
  if (program.find('/') != std::string::npos) return fs::canonical(program, ignored).string();
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const fs::path candidate = fs::path(rest.substr(0, colon)) / program;
    if (access(candidate.c_str(), X_OK) == 0) return fs::canonical(candidate, ignored).string();
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return {};
}

/// By name where that tells, else by what it says of itself.
bool is_clang(const words& compiler) {
  const std::string real = fs::path(real_name(compiler.back())).filename().string();
  if (real.find("clang") != std::string::npos) return true;
  if (real.find("gcc") != std::string::npos || real.find("g++") != std::string::npos) return false;
  std::string ask;
  for (const std::string& word : compiler) ask += shell_quoted(word) + ' ';
  std::FILE* answer = popen((ask + "--version").c_str(), "r");
  if (answer == nullptr) give_up("cannot run " + ask);
  std::string text;
  std::array<char, 4096> part{};
  for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), answer)) > 0;) {
    text.append(part.data(), n);
  }
  if (pclose(answer) != 0) give_up("cannot run " + ask + "--version");
  return text.find("clang") != std::string::npos;
}

toolchain find_toolchain() {
  toolchain tools;
  tools.cxx = cxx;
  if (const char* chosen = std::getenv(compiler_variable); chosen != nullptr && *chosen != '\0') {
    tools.compiler = split_words(chosen).value_or(words{});
    if (tools.compiler.empty()) give_up(std::string(compiler_variable) + " names no compiler");
    tools.clang = is_clang(tools.compiler);
  } else {
    tools.compiler = {cxx ? toolchain_facts::cxx_compiler : toolchain_facts::c_compiler};
    tools.clang = toolchain_facts::is_clang;
  }
  tools.instrumentation =
      tools.clang ? toolchain_facts::clang_flags() : toolchain_facts::gnu_flags();
  // The same layout below the build folder and below the prefix of an installation.
  const fs::path prefix = fs::canonical("/proc/self/exe").parent_path().parent_path();
  tools.library_folder = (prefix / toolchain_facts::library_folder).string();
  if (!fs::exists(fs::path(tools.library_folder) / "libheddle.a")) {
    give_up("cannot find libheddle.a in " + tools.library_folder + "; install heddle as a whole");
  }
  if (prefix != "/usr" && prefix != "/usr/local") {
    tools.include_folder = (prefix / toolchain_facts::include_folder).string();
  }
  return tools;
}

/// Puts the words of an @file in its place, as compilers do.
void expand(const std::string& argument, words& all, int depth) {
  std::ifstream file;
  if (argument.starts_with('@')) file.open(argument.substr(1));
  if (!file.is_open()) {
    all.push_back(argument);
    return;
  }
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto inner = split_words(text);
  if (!inner) give_up(argument.substr(1) + " ends inside a quoted word");
  if (depth == 0) give_up(argument.substr(1) + " is nested too deeply");
  for (const std::string& word : *inner) expand(word, all, depth - 1);
}

[[noreturn]] void execute(words command) {
  std::vector<char*> pointers;
  for (std::string& word : command) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execvp(pointers[0], pointers.data());
  give_up("cannot run " + command[0] + ": " + std::strerror(errno));
}

[[noreturn]] void drive(int count, char** arguments) {
  constexpr int nesting_max = 16;
  words expanded;
  for (int i = 1; i < count; ++i) expand(arguments[i], expanded, nesting_max);
  auto outcome = compile_command(find_toolchain(), expanded);
  if (const auto* refused = std::get_if<complaint>(&outcome)) give_up(refused->sentence);
  execute(std::move(std::get<words>(outcome)));
}

}  // namespace
}  // namespace heddle::driver

int main(int count, char** arguments) {
  try {
    heddle::driver::drive(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", heddle::driver::own_name, error.what());
    return 2;
  }
}
