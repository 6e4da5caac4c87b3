#include "model/report/dot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/report/locator.hpp"
#include "model/report/markup.hpp"
#include "model/report/story.hpp"
#include "model/report/words.hpp"

namespace heddle::report {
namespace {

using event_key = std::pair<thread_id, std::uint32_t>;

std::string node_of(thread_id thread, std::uint32_t index) {
  return fmt::format("t{}_{}", thread, index);
}
std::string node_of(const trace_event& event) { return node_of(event.thread, event.index); }

/// The writes of each object in coherence order. Objects are told apart by address, and by their
/// names where there is none.
class coherence {
 public:
  explicit coherence(const std::vector<trace_event>& trace) {
    for (const trace_event& event : trace)
      if (event.writes) writes_[object_of(event)].push_back(&event);
    for (auto& [object, writes] : writes_)
      std::sort(writes.begin(), writes.end(), [](const auto* a, const auto* b) {
        return a->coherence_position < b->coherence_position;
      });
  }

  /// The write that replaces the one which `read` reads; null if it is the last.
  const trace_event* successor_of_source(const trace_event& read) const {
    const auto found = writes_.find(object_of(read));
    if (found == writes_.end()) return nullptr;
    const auto& writes = found->second;
    if (read.reads_initial) return writes.front();
    for (std::size_t i = 0; i + 1 < writes.size(); ++i)
      if (writes[i]->thread == read.reads_from_thread && writes[i]->index == read.reads_from_index)
        return writes[i + 1];
    return nullptr;
  }

  const auto& all() const { return writes_; }

 private:
  static std::pair<std::uintptr_t, std::string> object_of(const trace_event& event) {
    return {event.address, event.address != 0 ? std::string() : event.object};
  }
  std::map<std::pair<std::uintptr_t, std::string>, std::vector<const trace_event*>> writes_;
};

std::string clusters(const failing_execution& failure, const story& told, const locator& places) {
  std::string out;
  for (const told_thread& thread : told.threads) {
    out += fmt::format(
        "  subgraph cluster_t{} {{\n    label=\"{}\"; labeljust=l; style=rounded; "
        "color=\"#b0b0b0\";\n",
        thread.id, escape_dot(thread.name));
    std::string chain;
    for (const trace_event& event : failure.trace) {
      if (event.thread != thread.id || event.logged) continue;
      std::string label = fmt::format("#{} {}\n", event.index, describe(event, places));
      if (const std::string place = places.place(event.stack); !place.empty())
        label += place + "\n";
      if (!event.leaves.empty()) label += "↳ " + event.leaves + "\n";
      out += fmt::format("    {} [label=\"{}\", group=t{}{}];\n", node_of(event), escape_dot(label),
                         event.thread, event.stale ? ", style=filled, fillcolor=\"#fff2cc\"" : "");
      chain += (chain.empty() ? "    " : " -> ") + node_of(event);
    }
    if (chain.find("->") != std::string::npos) out += chain + " [weight=100];\n";
    out += "  }\n";
  }
  return out;
}

/// Invisible edges that put the initial values at the top.
std::string above_all_threads(const failing_execution& failure) {
  std::string out;
  std::set<thread_id> seen;
  for (const trace_event& event : failure.trace)
    if (!event.logged && seen.insert(event.thread).second)
      out += fmt::format("  initial -> {} [style=invis];\n", node_of(event));
  return out;
}

std::string edge(const std::string& from, const std::string& to, const char* label,
                 const char* attributes) {
  return fmt::format("  {} -> {} [label=\"{}\", {}];\n", from, to, label, attributes);
}

std::string edges(const failing_execution& failure) {
  constexpr const char* reads_initial = "color=\"#2e7d32\", fontcolor=\"#2e7d32\", weight=0";
  constexpr const char* reads_from = "color=\"#2e7d32\", fontcolor=\"#2e7d32\", constraint=false";
  constexpr const char* order = "color=\"#8d5524\", fontcolor=\"#8d5524\", constraint=false";
  constexpr const char* from_reads =
      "color=\"#ef6c00\", fontcolor=\"#ef6c00\", style=dashed, constraint=false";
  std::map<event_key, bool> present;
  for (const trace_event& event : failure.trace)
    if (!event.logged) present[{event.thread, event.index}] = true;
  const coherence writes(failure.trace);
  std::string out;
  for (const trace_event& event : failure.trace) {
    if (!event.reads) continue;
    if (event.reads_initial)
      out += edge("initial", node_of(event), "rf", reads_initial);
    else if (present.count({event.reads_from_thread, event.reads_from_index}) != 0)
      out += edge(node_of(event.reads_from_thread, event.reads_from_index), node_of(event), "rf",
                  reads_from);
    const trace_event* next = writes.successor_of_source(event);
    if (next && next != &event) out += edge(node_of(event), node_of(*next), "fr", from_reads);
  }
  for (const auto& [object, list] : writes.all())
    for (std::size_t i = 0; i + 1 < list.size(); ++i)
      out += edge(node_of(*list[i]), node_of(*list[i + 1]), "co", order);
  return out;
}

}  // namespace

std::string render_dot(const check_result& result, const setting& around) {
  std::string out =
      "digraph execution {\n"
      "  graph [fontname=\"sans-serif\", fontsize=12, labelloc=t, nodesep=0.6, ranksep=0.35];\n"
      "  node [fontname=\"monospace\", fontsize=10, shape=box, style=\"\", color=\"#606060\"];\n"
      "  edge [fontname=\"sans-serif\", fontsize=9, arrowsize=0.7];\n";
  if (!result.failure) {
    return out + fmt::format("  label=\"{}: {}; no execution to show\";\n}}\n",
                             escape_dot(result.name), name_of(result.verdict));
  }
  const failing_execution& failure = *result.failure;
  const locator places(around);
  const story told = tell(failure, around);
  out += fmt::format("  label=\"{}: {}\";\n", escape_dot(result.name),
                     escape_dot(headline(failure.what)));
  const bool initial = std::any_of(failure.trace.begin(), failure.trace.end(),
                                   [](const trace_event& e) { return e.reads && e.reads_initial; });
  if (initial) out += "  initial [label=\"initial values\", shape=oval];\n";
  out += clusters(failure, told, places);
  if (initial) out += above_all_threads(failure);
  out += edges(failure);
  return out + "}\n";
}

}  // namespace heddle::report
