#include "model/testing/litmus_locations.hpp"

#include <algorithm>

namespace heddle::testing {

location_table::location_table(const litmus_test& test) {
  for (const litmus_thread& thread : test.threads) collect(thread.body);
  if (test.final_thread) collect(test.final_thread->body);
  for (const auto& initial : test.initial) {
    const std::string& name = initial.first;
    const std::size_t bracket = name.find('[');
    if (bracket == std::string::npos) {
      enter(name, 0);
    } else {
      const auto index = static_cast<std::uint32_t>(std::stoul(name.substr(bracket + 1)));
      enter(name.substr(0, bracket), index + 1);
    }
  }
  const auto add = [&](const std::string& name) {
    const auto found = test.initial.find(name);
    all_.push_back({name, found == test.initial.end() ? 0 : found->second});
  };
  for (const std::string& name : order_) {
    entry& e = entries_[name];
    e.first = static_cast<location_id>(all_.size());
    if (e.cells == 0) add(name);
    for (std::uint32_t i = 0; i < e.cells; ++i) add(name + "[" + std::to_string(i) + "]");
  }
}

void location_table::enter(const std::string& name, std::uint32_t cells) {
  const auto [position, added] = entries_.try_emplace(name);
  if (added) order_.push_back(name);
  entry& e = position->second;
  e.scalar = e.scalar || cells == 0;
  e.cells = std::max(e.cells, cells);
  if (e.scalar && e.cells > 0) throw litmus_error("litmus test: " + name + " is also an array");
}

void location_table::collect(const expression& e) {
  if (e.kind == expression_kind::access) {
    std::uint32_t cells = 0;
    if (e.access.indexed) {
      const expression& index = e.children.front();
      const bool constant = index.kind == expression_kind::constant;
      cells = constant ? static_cast<std::uint32_t>(index.number) + 1 : dynamic_cells;
    }
    enter(e.name, cells);
  }
  for (const expression& child : e.children) collect(child);
}

void location_table::collect(const std::vector<statement>& body) {
  for (const statement& s : body) {
    for (const expression& e : s.expressions) collect(e);
    collect(s.body);
    collect(s.otherwise);
  }
}

}  // namespace heddle::testing
