#include "model/report/short_places.hpp"

#include <algorithm>

namespace heddle::report {

void short_places::add(const call_stack& stack) {
  if (const auto f = places_.user_frame(stack); f && !f->file.empty()) files_.insert(f->file);
}

std::string short_places::shortest(const std::string& file) const {
  for (std::size_t slash = file.rfind('/'); slash != std::string::npos && slash > 0;
       slash = file.rfind('/', slash - 1)) {
    const std::string tail = file.substr(slash);  // with the slash
    const auto shared = std::count_if(files_.begin(), files_.end(), [&](const std::string& other) {
      return other.size() >= tail.size() && other.ends_with(tail);
    });
    if (shared <= 1) return tail.substr(1);
  }
  return file;
}

std::string short_places::of(const call_stack& stack) const {
  const auto f = places_.user_frame(stack);
  if (!f) return {};
  if (f->file.empty()) return places_.place(*f);
  return shortest(f->file) + ":" + std::to_string(f->line);
}

}  // namespace heddle::report
