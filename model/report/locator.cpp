#include "model/report/locator.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "model/report/internal_frames.hpp"

namespace heddle::report {
namespace {

std::string bare_address(const frame& f) {
  const std::string module = std::filesystem::path(f.module).filename().string();
  return module.empty() ? fmt::format("{:#x}", f.module_offset)
                        : fmt::format("{}+{:#x}", module, f.module_offset);
}

}  // namespace

std::string short_path(std::string_view path) {
  if (constexpr std::string_view library = "/include/c++/";
      path.find(library) != std::string_view::npos) {
    path.remove_prefix(path.find(library) + library.size());
    if (const auto slash = path.find('/'); slash != std::string_view::npos)
      path.remove_prefix(slash + 1);  // the version
    return std::string(path);
  }
  for (std::string_view folder : {"/usr/include/", "/usr/local/include/"})
    if (path.starts_with(folder)) return std::string(path.substr(folder.size()));
  const auto last = path.rfind('/');
  if (last == std::string_view::npos || last == 0) return std::string(path);
  const auto before = path.rfind('/', last - 1);
  return std::string(before == std::string_view::npos ? path : path.substr(before + 1));
}

std::vector<frame> locator::user_frames(const call_stack& stack, std::size_t limit) const {
  std::vector<frame> result;
  std::optional<frame> fallback;
  for (std::uintptr_t address : stack) {
    std::vector<frame> frames(1);
    if (around_.names) frames = around_.names->resolve(address);
    for (frame& f : frames) {
      if (f.module.empty() && f.file.empty()) f.module_offset = address;
      const bool known = !f.file.empty() || !f.function.empty();
      if (known && !is_internal(f) && result.size() < limit) result.push_back(f);
      if (!fallback || (fallback->file.empty() && !f.file.empty())) fallback = f;
    }
    if (result.size() >= limit) break;
  }
  if (result.empty() && fallback) result.push_back(*fallback);
  return result;
}

std::optional<frame> locator::user_frame(const call_stack& stack) const {
  std::vector<frame> frames = user_frames(stack, 1);
  if (frames.empty()) return std::nullopt;
  return frames.front();
}

std::string locator::relative(const std::string& file) const {
  std::string folder = around_.directory;
  if (folder.empty()) return file;
  if (folder.back() != '/') folder += '/';
  return file.starts_with(folder) ? file.substr(folder.size()) : file;
}

std::string locator::place(const frame& f) const {
  if (f.file.empty()) return bare_address(f);
  std::string path = relative(f.file);
  if (path.starts_with('/')) path = short_path(path);
  return fmt::format("{}:{}", path, f.line);
}

std::string locator::place(const call_stack& stack) const {
  const auto f = user_frame(stack);
  return f ? place(*f) : std::string();
}

std::string locator::exact_place(const call_stack& stack) const {
  const auto f = user_frame(stack);
  if (!f) return {};
  return f->file.empty() ? bare_address(*f) : fmt::format("{}:{}", relative(f->file), f->line);
}

std::string locator::object(const trace_event& event) const {
  if (event.address != 0 && around_.names)
    if (std::string name = around_.names->name_object(event.address); !name.empty()) return name;
  if (!event.object.empty() || event.address == 0) return event.object;
  return fmt::format("{:#x}", event.address);
}

}  // namespace heddle::report
