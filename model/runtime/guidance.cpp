// What a check tells heddle beyond what must hold: its own nondeterminism, names for reports, and
// lines of its own in the trace.
#include <cstdarg>
#include <cstdio>
#include <string>

#include "heddle/check.hpp"
#include "model/runtime/engine.hpp"

using heddle::runtime::engine;

namespace {

std::string formatted(const char* format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length < 0) return format;
  std::string text(static_cast<std::size_t>(length), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, arguments);
  return text;
}

}  // namespace

void engine::log(std::string text) {
  self().log.push_back({view_.clock, std::move(text), capture()});
}

std::size_t heddle::choose(std::size_t alternatives) {
  if (!engine::inside()) return 0;
  engine::visit v;
  if (alternatives == 0) {
    v.e.fail(failure_kind::misuse, thread_name(v.e.running()) + " chooses among no alternatives");
  }
  return v.e.choose(alternatives, "choose", 0);
}

void heddle::name(const void* object, const char* name) {
  if (!engine::inside() || name == nullptr) return;
  engine::visit v;
  v.e.give_name(reinterpret_cast<std::uintptr_t>(object), name);
}

void heddle::log(const char* format, ...) {
  const bool inside = engine::inside();
  if (format == nullptr || (inside && !engine::current()->recording())) return;
  va_list arguments;
  va_start(arguments, format);
  if (inside) {
    engine::visit v;
    v.e.log(formatted(format, arguments));
  } else {
    std::fprintf(stderr, "%s\n", formatted(format, arguments).c_str());
  }
  va_end(arguments);
}
