// The main() of a check program's other half: the same objects, linked with the runtime of the
// compiler's ThreadSanitizer (or compiled anew for AddressSanitizer) instead of heddle.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <system_error>

#include "model/driver/registry.hpp"
#include "stress/runner/options.hpp"

// Read by the sanitizers before main(); variables of the environment (TSAN_OPTIONS …) come after.
// The first report ends the worker. What might deadlock some day is not judged: heddle looks for
// what does; nor are threads that nobody joins, which may be right.
extern "C" const char* __tsan_default_options() {
  return "halt_on_error=1:exitcode=66:detect_deadlocks=0:report_thread_leaks=0:"
         "report_signal_unsafe=0:die_after_fork=0:atexit_sleep_ms=0";
}
extern "C" const char* __asan_default_options() {
  return "halt_on_error=1:exitcode=66:handle_abort=0:detect_stack_use_after_return=1";
}
extern "C" const char* __ubsan_default_options() { return "halt_on_error=1:print_stacktrace=1"; }

namespace heddle::stress {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (code < 0x20 || code >= 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", code);
      result += escape;
    } else {
      result += c;
    }
  }
  return result + "\"";
}

std::string json_of(const char* name, const finding& found) {
  return "{\"name\":" + quoted(name) + ",\"verdict\":" + quoted(found.verdict) +
         ",\"kind\":" + quoted(found.kind) + ",\"message\":" + quoted(found.message) +
         ",\"rounds\":" + std::to_string(found.rounds) +
         ",\"seconds\":" + std::to_string(found.seconds) +
         ",\"seed\":" + std::to_string(found.seed) + ",\"report\":" + quoted(found.report) + "}";
}

void print(const char* name, const finding& found) {
  std::printf("%-10s %s: %llu rounds in %.2f s", found.verdict.c_str(), name,
              static_cast<unsigned long long>(found.rounds), found.seconds);
  if (found.verdict != "passed") {
    std::printf("; %s%s%s", found.kind.c_str(), found.kind.empty() ? "" : ": ",
                found.message.c_str());
  }
  std::printf("\n");
  std::fflush(stdout);
}

bool write(const std::string& path, const std::string& text) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return false;
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && written;
}

int run(const stress_options& wanted) {
  std::string told;
  bool failed = false;
  bool unjudged = false;
  for (const driver::registered_check& check : driver::registered_checks()) {
    if (!matches(wanted.filter.c_str(), check.name)) continue;
    if (wanted.list) {
      std::printf("%s\n", check.name);
      continue;
    }
    if (told.empty()) {
      std::printf("seed %llu\n", static_cast<unsigned long long>(wanted.allowed.seed));
    }
    const finding found = supervise(check.body, wanted.allowed);
    print(check.name, found);
    told += (told.empty() ? "" : ",\n") + json_of(check.name, found);
    unjudged |= found.verdict == "clock" || found.verdict == "error";
    failed |= found.verdict != "passed" && found.verdict != "clock" && found.verdict != "error";
  }
  if (wanted.list) return 0;
  if (told.empty()) {
    std::fprintf(stderr, "no check is named %s\n", wanted.filter.c_str());
    return 2;
  }
  if (!wanted.json.empty() && !write(wanted.json, "{\"schema\":1,\"checks\":[" + told + "]}\n")) {
    std::fprintf(stderr, "cannot write %s\n", wanted.json.c_str());
    return 2;
  }
  return failed ? 1 : unjudged ? 2 : 0;
}

}  // namespace
}  // namespace heddle::stress

int main(int count, char** words) {
  using namespace heddle::stress;
  const stress_options wanted = parse(count, words);
  if (wanted.help) {
    std::fputs(usage, stdout);
    return 0;
  }
  int status = 2;
  if (!wanted.complaint.empty()) {
    std::fprintf(stderr, "%s\n%s", wanted.complaint.c_str(), usage);
  } else {
    try {
      status = run(wanted);
    } catch (const std::system_error& failed) {
      std::fprintf(stderr, "%s\n", failed.what());
    }
  }
  // Destructors of the checks' globals are no part of what is looked at.
  std::fflush(nullptr);
  _exit(status);
}
