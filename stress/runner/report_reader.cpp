// From the reports of the sanitizers to the words of heddle.
#include <cstddef>
#include <string_view>

#include "stress/runner/supervisor.hpp"

namespace heddle::stress {
namespace {

struct wording {
  std::string_view said;
  const char* verdict;
  const char* kind;
};

// The first that occurs counts.
constexpr wording wordings[] = {
    {"WARNING: ThreadSanitizer: data race on vptr", "race", "data_race"},
    {"WARNING: ThreadSanitizer: data race", "race", "data_race"},
    {"WARNING: ThreadSanitizer: race on external object", "race", "data_race"},
    {"WARNING: ThreadSanitizer: heap-use-after-free", "memory", "memory"},
    {"WARNING: ThreadSanitizer: unlock of an unlocked mutex", "misuse", "misuse"},
    {"WARNING: ThreadSanitizer: double lock of a mutex", "misuse", "misuse"},
    {"WARNING: ThreadSanitizer: destroy of a locked mutex", "misuse", "misuse"},
    {"WARNING: ThreadSanitizer: use of an invalid mutex", "misuse", "misuse"},
    {"WARNING: ThreadSanitizer: read lock of a write locked mutex", "misuse", "misuse"},
    {"WARNING: ThreadSanitizer: read unlock of a write locked mutex", "misuse", "misuse"},
    {"WARNING: ThreadSanitizer: ", "misuse", "misuse"},
    {"ERROR: ThreadSanitizer: ", "crash", "memory"},
    {"ThreadSanitizer: CHECK failed", "error", ""},
    {"FATAL: ThreadSanitizer", "error", ""},
    {"ERROR: AddressSanitizer: ABRT", "crash", "abort"},
    {"ERROR: AddressSanitizer: SEGV", "crash", "memory"},
    {"ERROR: AddressSanitizer: ", "memory", "memory"},
    {"ERROR: LeakSanitizer: ", "memory", "memory"},
    {"runtime error: ", "crash", "undefined_behaviour"},
};

std::string line_at(const std::string& text, std::size_t at) {
  const std::size_t before = text.rfind('\n', at);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

/// Without the number of the process and the decoration.
std::string message_of(const std::string& line) {
  for (const std::string_view mark : {"Sanitizer: ", "runtime error: "}) {
    const std::size_t at = line.find(mark);
    if (at == std::string::npos) continue;
    const std::size_t begin = at + mark.size();
    return line.substr(begin, line.find(" (pid=", begin) - begin);
  }
  return line;
}

}  // namespace

finding read_report(const std::string& report) {
  finding result;
  result.verdict.clear();
  for (const wording& w : wordings) {
    const std::size_t at = report.find(w.said);
    if (at == std::string::npos) continue;
    result.verdict = w.verdict;
    result.kind = w.kind;
    result.message = message_of(line_at(report, at));
    // Where it was: ThreadSanitizer's last line but one says it in short.
    const std::size_t summary = report.find("\nSUMMARY: ", at);
    if (summary != std::string::npos) result.message = message_of(line_at(report, summary + 1));
    break;
  }
  return result;
}

}  // namespace heddle::stress
