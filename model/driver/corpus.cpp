#include "model/driver/corpus.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace heddle::driver {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int corpus_schema = 1;

/// A token may mean nothing in a program that another compiler has made.
#ifdef __clang__
constexpr const char* compiler_name = __VERSION__;
#else
constexpr const char* compiler_name = "GCC " __VERSION__;
#endif

std::uint64_t corpus_hash(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

/// "0x7f…" differs from process to process.
std::string without_addresses(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    result += text[i++];
    if (!result.ends_with("0x")) continue;
    while (i < text.size() && std::isxdigit(static_cast<unsigned char>(text[i]))) ++i;
  }
  return result;
}

std::string corpus_id(const failure& what, const std::string& location) {
  const std::string key =
      fmt::format("{}\n{}\n{}", name_of(what.kind), without_addresses(what.message),
                  fs::path(location).filename().string());
  return fmt::format("{:016x}", corpus_hash(key));
}

ordered_json corpus_object(const check_result& result, const session_options& session,
                           const std::string& location) {
  const failing_execution& failing = *result.failure;
  ordered_json object = {{"schema", corpus_schema},
                         {"check", result.name},
                         {"kind", name_of(failing.what.kind)},
                         {"message", failing.what.message},
                         {"location", location},
                         {"token", failing.replay},
                         {"compiler", compiler_name},
                         {"memory_model", result.memory_model},
                         {"options",
                          {{"races", session.races},
                           {"spurious", session.spurious},
                           {"alloc_failures", session.allocation_failures},
                           {"seed", session.seed},
                           {"max_steps", session.max_steps}}}};
  if (failing.needs) {
    object["needs"] = {{"context_switches", failing.needs->switches},
                       {"stale_reads", failing.needs->stale_reads}};
  }
  return object;
}

/// Throws what nlohmann throws where something is missing or of another type.
corpus_entry entry_of(const ordered_json& object) {
  corpus_entry entry;
  if (object.at("schema").get<int>() != corpus_schema) {
    entry.complaint = "it is of a schema that this heddle does not know";
    return entry;
  }
  entry.token = object.at("token").get<std::string>();
  entry.kind = object.at("kind").get<std::string>();
  entry.message = object.at("message").get<std::string>();
  entry.memory_model = object.at("memory_model").get<std::string>();
  const ordered_json& options = object.at("options");
  entry.session.races = options.at("races").get<bool>();
  entry.session.spurious = options.at("spurious").get<bool>();
  entry.session.allocation_failures = options.at("alloc_failures").get<unsigned>();
  entry.session.seed = options.at("seed").get<std::uint64_t>();
  entry.session.max_steps = options.at("max_steps").get<std::uint32_t>();
  if (entry.token.empty()) entry.complaint = "it has no token";
  return entry;
}

corpus_entry read_entry(const fs::path& file) {
  corpus_entry entry;
  try {
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    entry = entry_of(ordered_json::parse(text));
  } catch (const nlohmann::json::exception&) {
    entry.complaint = "it is no corpus entry, or only a part of one";
  }
  entry.file = file.string();
  return entry;
}

/// errno of what failed, or 0.
int write_whole(const fs::path& file, const std::string& text) {
  std::FILE* const opened = std::fopen(file.c_str(), "wb");
  if (opened == nullptr) return errno;
  const bool written = std::fwrite(text.data(), 1, text.size(), opened) == text.size() &&
                       std::fflush(opened) == 0 && fsync(fileno(opened)) == 0;
  const int error = written ? 0 : errno;
  return std::fclose(opened) == 0 || error != 0 ? error : errno;
}

}  // namespace

std::string safe_file_name(const std::string& name) {
  constexpr std::size_t longest = 100;
  std::string safe;
  for (const char c : name.substr(0, longest)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    safe += plain || (c == '.' && !safe.empty()) ? c : '_';
  }
  if (safe == name && !name.empty()) return safe;
  return fmt::format("{}-{:016x}", safe, corpus_hash(name));
}

std::vector<corpus_entry> read_corpus(const std::string& directory, const std::string& check) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(fs::path(directory) / safe_file_name(check), error), end;
       !error && at != end; at.increment(error)) {
    if (at->path().extension() == ".json") files.push_back(at->path());
  }
  std::sort(files.begin(), files.end());
  std::vector<corpus_entry> entries;
  entries.reserve(files.size());
  for (const fs::path& file : files) entries.push_back(read_entry(file));
  return entries;
}

std::string missing_for(const corpus_entry& entry, const session_options& session) {
  if (entry.memory_model != name_of(session.model)) return "--memory-model " + entry.memory_model;
  if (entry.session.races && !session.races && entry.kind == "data_race") return "no --no-races";
  if (entry.session.spurious && !session.spurious) return "--spurious";
  if (entry.session.allocation_failures > session.allocation_failures) {
    return fmt::format("--alloc-failures {}", entry.session.allocation_failures);
  }
  return {};
}

corpus_file write_to_corpus(const std::string& directory, const check_result& result,
                            const session_options& session, const std::string& location) {
  const fs::path folder = fs::path(directory) / safe_file_name(result.name);
  const fs::path file = folder / (corpus_id(result.failure->what, location) + ".json");
  const auto complaint = [&file](const std::string& why) {
    return corpus_file{file.string(),
                       fmt::format("option --corpus cannot write {}: {}", file.string(), why)};
  };
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return complaint(error.message());
  const std::string text = corpus_object(result, session, location)
                               .dump(2, ' ', false, ordered_json::error_handler_t::replace) +
                           "\n";
  const fs::path draft = file.string() + fmt::format(".{}.draft", getpid());
  if (const int failed = write_whole(draft, text); failed != 0) {
    fs::remove(draft, error);
    return complaint(std::strerror(failed));
  }
  fs::rename(draft, file, error);
  if (error) return complaint(error.message());
  return {file.string(), {}};
}

}  // namespace heddle::driver
