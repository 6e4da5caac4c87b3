#include "model/driver/registry.hpp"

#include <fmt/format.h>

#include <heddle/check.hpp>
#include <map>
#include <string_view>
#include <vector>

namespace heddle {
namespace driver {
namespace {

// Constant-initialised, so that registrations in any translation unit find it ready. Never freed:
// checks live as long as the process.
constinit std::vector<registered_check>* all_checks = nullptr;

}  // namespace

std::span<const registered_check> registered_checks() {
  if (all_checks == nullptr) return {};
  return *all_checks;
}

std::string duplicate_complaint(std::span<const registered_check> checks) {
  std::map<std::string_view, const registered_check*> seen;
  for (const registered_check& check : checks) {
    auto [first, fresh] = seen.emplace(check.name, &check);
    if (fresh) continue;
    return fmt::format("two checks are called {}: one at {}:{}, one at {}:{}; rename one of them",
                       check.name, first->second->file, first->second->line, check.file,
                       check.line);
  }
  return {};
}

}  // namespace driver

namespace detail {

check_registration::check_registration(const char* name, void (*body)(), const char* file,
                                       unsigned line) {
  if (driver::all_checks == nullptr) {
    driver::all_checks = new std::vector<driver::registered_check>;
  }
  driver::all_checks->push_back({name, body, file, line});
}

}  // namespace detail
}  // namespace heddle
