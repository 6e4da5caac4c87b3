#include "model/report/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace heddle::report {
namespace {

std::string counted(std::uint64_t number, const char* noun) {
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

std::string as_sentence(std::string text) {
  if (text.empty()) return text;
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  if (text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

std::string switches_and_old_values(const execution_size& size) {
  std::string text = counted(size.switches, "context switch");
  if (size.switches != 1) text.replace(text.size() - 1, 1, "es");
  text += ", " + counted(size.stale_reads, "stale read");
  if (size.late_writes != 0) text += ", " + counted(size.late_writes, "overtaken write");
  return text;
}

bool begins_alike(const std::string& text, const std::string& start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(), [](unsigned char a, unsigned char b) {
           return std::tolower(a) == std::tolower(b);
         });
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

double executions_per_second(const check_result& result) {
  return result.seconds > 0 ? static_cast<double>(result.executions) / result.seconds : 0;
}

std::string effort(const check_result& result) {
  std::string text = counted(result.executions, "execution");
  if (result.blocked != 0) text += fmt::format(", {} blocked", grouped(result.blocked));
  text += fmt::format(", {:.3f} s", result.seconds);
  if (const double rate = executions_per_second(result); rate > 0)
    text += fmt::format(" ({} per second)", grouped(static_cast<std::uint64_t>(rate + 0.5)));
  if (!result.memory_model.empty() && result.memory_model != "cpp20")
    text += ", memory model " + result.memory_model;
  if (!result.mode.empty() && result.mode != "exhaustive") text += ", mode " + result.mode;
  return text;
}

std::string kind_in_words(failure_kind kind) {
  switch (kind) {
    case failure_kind::assertion:
      return "assertion failed";
    case failure_kind::data_race:
      return "data race";
    case failure_kind::deadlock:
      return "deadlock";
    case failure_kind::livelock:
      return "livelock";
    case failure_kind::memory:
      return "memory error";
    case failure_kind::misuse:
      return "misuse";
    case failure_kind::uncaught_exception:
      return "uncaught exception";
    case failure_kind::abort:
      return "aborted";
    case failure_kind::property:
      return "property violated";
  }
  return "failure";
}

std::string headline(const failure& what) {
  const std::string kind = kind_in_words(what.kind);
  if (what.message.empty()) return as_sentence(kind);
  if (begins_alike(what.message, kind)) {
    std::string text = what.message;
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return text;
  }
  std::string text = kind + ": " + what.message;
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string brief(const failure& what) {
  constexpr std::size_t bytes_max = 40;
  const bool fits = !what.message.empty() && what.message.size() <= bytes_max;
  return fits ? what.message : kind_in_words(what.kind);
}

std::string verdict_sentence(const check_result& result) {
  const std::string reason = as_sentence(result.reason);
  const std::string space = reason.empty() ? "" : " ";
  switch (result.verdict) {
    case verdict::bounded:
      return "No execution that was seen failed, but not all were seen: this proves nothing about "
             "the others." +
             space + reason;
    case verdict::error:
      return "heddle cannot judge this check." + space + reason;
    case verdict::verified:
    case verdict::failed:
      return reason;
  }
  return reason;
}

std::string weak_memory_sentence(weak_memory_need need) {
  switch (need) {
    case weak_memory_need::unknown:
      return {};
    case weak_memory_need::no:
      return "This failure does not need weak memory: it also happens when all threads see one "
             "order of all operations (sequential consistency).";
    case weak_memory_need::yes:
      return "This failure needs weak memory: it does not happen under sequential consistency, "
             "only because the memory orders in the program are too weak.";
  }
  return {};
}

std::string needs_sentence(const failing_execution& failing) {
  if (!failing.needs) return {};
  const std::string needed = switches_and_old_values(*failing.needs);
  if (!failing.shrunk) return fmt::format("It has {}.", needed);
  const auto& [from, executions, finished] = *failing.shrunk;
  const std::string tried = counted(executions, "execution");
  std::string text = fmt::format("It needs {}: ", needed);
  if (from == *failing.needs) {
    text += fmt::format("nothing could be left out ({} tried)", tried);
  } else {
    text +=
        fmt::format("made small in {}, from {}, {} and {}", tried, counted(from.threads, "thread"),
                    counted(from.operations, "operation"), switches_and_old_values(from));
  }
  return text + (finished ? "." : "; not all was tried.");
}

std::string which_execution(const check_result& result) {
  if (!result.failure) return {};
  const std::string number = grouped(result.failure->execution);
  if (result.failures > 1)
    return fmt::format("This is execution {}, the first of {} that failed.", number,
                       grouped(result.failures));
  return fmt::format("This is execution {}.", number);
}

}  // namespace heddle::report
