#include "model/driver/cut_loop.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <vector>

#include "model/report/locator.hpp"

namespace heddle {
namespace {

using runtime::engine;

/// One place in the program's source, and how often the thread was there.
struct visited_place {
  std::string name;
  unsigned times = 0;
  const call_stack* stack = nullptr;
  std::vector<std::uintptr_t> objects;
};

/// The thread that did most of what was seen last.
thread_id busiest(const std::vector<engine::watched_event>& events) {
  std::map<thread_id, unsigned> count;
  for (const auto& entry : events) ++count[entry.thread];
  return std::max_element(count.begin(), count.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

/// Where the thread was, in the order in which it first came there.
std::vector<visited_place> places_of(const std::vector<engine::watched_event>& events,
                                     thread_id thread, const report::locator& places) {
  std::vector<visited_place> result;
  for (const auto& entry : events) {
    if (entry.thread != thread) continue;
    const std::string name = places.place(entry.event.stack);
    auto at = std::find_if(result.begin(), result.end(),
                           [&name](const visited_place& p) { return p.name == name; });
    if (at == result.end()) {
      at = result.insert(result.end(), {name, 0, &entry.event.stack, {}});
    }
    ++at->times;
    auto& objects = at->objects;
    const std::uintptr_t address = entry.event.address;
    const bool known = std::find(objects.begin(), objects.end(), address) != objects.end();
    if (address != 0 && !known) objects.push_back(address);
  }
  return result;
}

/// By file, then by line: not by where in its round the loop was cut.
bool comes_before(const visited_place& a, const visited_place& b) {
  const auto file = [](const std::string& name) { return name.substr(0, name.rfind(':')); };
  if (file(a.name) != file(b.name)) return file(a.name) < file(b.name);
  return a.name.size() != b.name.size() ? a.name.size() < b.name.size() : a.name < b.name;
}

std::vector<std::string> names_of(const std::vector<visited_place>& loop,
                                  report::symbolizer& symbols) {
  std::vector<std::string> names;
  for (const visited_place& place : loop) {
    for (const std::uintptr_t address : place.objects) {
      std::string name = symbols.name_object(address);
      const bool known = std::find(names.begin(), names.end(), name) != names.end();
      if (!name.empty() && !known) names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace

cut_loop loop_of_cut(const engine& e) {
  constexpr unsigned rounds_min = 3;
  constexpr std::size_t shown_max = 4;
  if (e.watched().empty()) return {};
  const auto symbols = report::make_symbolizer();
  std::error_code ignored;
  report::setting around;
  around.names = symbols.get();
  around.directory = std::filesystem::current_path(ignored).string();
  const report::locator places(around);

  const thread_id thread = busiest(e.watched());
  const std::string who = thread_name(thread);
  std::vector<visited_place> loop = places_of(e.watched(), thread, places);
  std::erase_if(loop, [](const visited_place& p) { return p.times < rounds_min; });
  if (loop.empty()) {
    const auto last = std::find_if(e.watched().rbegin(), e.watched().rend(),
                                   [thread](const auto& entry) { return entry.thread == thread; });
    return {fmt::format("{} was at {}", who, places.place(last->event.stack)), last->event.stack};
  }
  std::sort(loop.begin(), loop.end(), comes_before);
  const std::vector<std::string> objects = names_of(loop, *symbols);
  std::vector<std::string> shown;
  for (const visited_place& place : loop) {
    if (shown.size() < shown_max) shown.push_back(place.name);
  }
  std::string sentence = fmt::format("{} goes round a loop ({}{})", who, fmt::join(shown, ", "),
                                     loop.size() > shown.size() ? ", …" : "");
  if (!objects.empty()) sentence += fmt::format(" that uses {}", fmt::join(objects, ", "));
  return {std::move(sentence), *loop.front().stack};
}

}  // namespace heddle
