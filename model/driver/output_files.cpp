#include "model/driver/output_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>

#include "model/report/dot.hpp"
#include "model/report/html.hpp"
#include "model/report/json.hpp"
#include "model/report/junit.hpp"
#include "model/report/sarif.hpp"

namespace heddle::driver {
namespace {

namespace fs = std::filesystem;

/// A file of the run: which option asked for it, where it is, what makes its text.
struct output {
  const char* option;
  std::string path;
  std::function<std::string(std::span<const check_result>)> render;
};

/// One graph for each failure; Graphviz draws all graphs of a file.
std::string every_graph(std::span<const check_result> results, const report::setting& around) {
  std::string graphs;
  for (const check_result& result : results) {
    if (result.failure) graphs += report::render_dot(result, around);
  }
  return graphs.empty() ? report::render_dot(results.front(), around) : graphs;
}

std::vector<output> wanted(const run_options& options, const std::string& program,
                           const report::setting& around) {
  using results = std::span<const check_result>;
  const std::string page =
      options.html_directory.empty() ? "" : (fs::path(options.html_directory) / "index.html");
  std::vector<output> all{
      {"--json", options.json_file, [&](results r) { return report::render_json(r, around); }},
      {"--junit", options.junit_file,
       [&](results r) { return report::render_junit(r, program, around); }},
      {"--sarif", options.sarif_file, [&](results r) { return report::render_sarif(r, around); }},
      {"--dot", options.dot_file, [&](results r) { return every_graph(r, around); }},
      {"--html", page, [&](results r) { return report::render_html(r, program, around); }}};
  std::erase_if(all, [](const output& file) { return file.path.empty(); });
  return all;
}

std::string cannot_write(const output& file, int error) {
  return fmt::format("option {} cannot write {}: {}", file.option, file.path, std::strerror(error));
}

/// Opening for appending creates the file, and leaves what is in it.
bool can_write(const output& file) {
  std::FILE* opened = std::fopen(file.path.c_str(), "ab");
  return opened != nullptr && std::fclose(opened) == 0;
}

bool write_text(const output& file, const std::string& text) {
  std::FILE* opened = std::fopen(file.path.c_str(), "wb");
  if (opened == nullptr) return false;
  const bool written = std::fwrite(text.data(), 1, text.size(), opened) == text.size();
  const int error = errno;
  if (std::fclose(opened) != 0) return false;
  errno = error;
  return written;
}

}  // namespace

std::string output_complaint(const run_options& options) {
  if (!options.html_directory.empty()) {
    std::error_code error;
    fs::create_directories(options.html_directory, error);
    if (error) {
      return fmt::format("option --html cannot make the directory {}: {}", options.html_directory,
                         error.message());
    }
  }
  std::set<std::string> taken;
  for (const output& file : wanted(options, {}, {})) {
    if (!can_write(file)) return cannot_write(file, errno);
    if (!taken.insert(fs::weakly_canonical(file.path).string()).second) {
      return fmt::format("option {} would overwrite what another option writes to {}", file.option,
                         file.path);
    }
  }
  return {};
}

std::string write_outputs(const run_options& options, std::span<const check_result> results,
                          const std::string& program, const report::setting& around) {
  for (const output& file : wanted(options, program, around)) {
    if (!write_text(file, file.render(results))) return cannot_write(file, errno);
  }
  return {};
}

}  // namespace heddle::driver
