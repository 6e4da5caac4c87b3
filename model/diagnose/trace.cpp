#include "model/diagnose/trace.hpp"

#include <fmt/format.h>

#include <map>

namespace heddle::diagnose {
namespace {

std::string number(value v) {
  if (v.high != 0) return fmt::format("{:#x}{:016x}", v.high, v.low);
  return v.low < 1'000'000 ? fmt::format("{}", v.low) : fmt::format("{:#x}", v.low);
}

/// Synchronisation other than locking: how the names of its operations begin.
struct synchronisation {
  std::string_view prefix;
  const char* object;
};
constexpr synchronisation synchronisations[] = {{"cv ", "condition variable"},
                                                {"sem ", "semaphore"},
                                                {"barrier ", "barrier"},
                                                {"rw ", "shared lock"},
                                                {"spin ", "spin lock"}};

/// Names for objects that have none in the program's symbol table: by kind, in order of use.
class object_names {
 public:
  std::string name(const recorded_event& recorded) {
    if (recorded.address == 0) return {};
    const auto [at, fresh] = names_.try_emplace(recorded.address);
    if (fresh) {
      const std::string_view operation = recorded.operation;
      const char* const kind = kind_of_object(operation);
      at->second = fmt::format("{} {}", kind, ++counts_[kind]);
    }
    return at->second;
  }

 private:
  static const char* kind_of_object(std::string_view operation) {
    for (const synchronisation& s : synchronisations) {
      if (operation.starts_with(s.prefix)) return s.object;
    }
    if (operation.ends_with("lock")) return "mutex";
    const bool once = operation.starts_with("call_once") || operation.starts_with("static");
    return once ? "once" : "atomic";
  }

  std::map<std::uintptr_t, std::string> names_;
  std::map<std::string_view, unsigned> counts_;
};

void describe_read(const execution_graph& graph, event_id id, trace_event& entry) {
  const event& e = graph[id];
  entry.reads = true;
  entry.reads_initial = e.reads_from == initial_write;
  std::uint32_t position = 0;
  if (!entry.reads_initial) {
    const event& source = graph[e.reads_from];
    entry.reads_from_thread = source.thread;
    // A read-modify-write is shown at its read half.
    entry.reads_from_index = source.exclusive() ? source.index - 1 : source.index;
    position = source.coherence_position + 1;
  }
  // Stale: a write that came before in time and is later in the coherence order was there to see.
  const auto order = graph.coherence_order(e.location);
  for (std::uint32_t i = position; i < order.size(); ++i) {
    if (order[i] < id) entry.stale = true;
  }
}

std::string value_text(const execution_graph& graph, event_id id) {
  const event& e = graph[id];
  switch (e.kind) {
    case event_kind::read:
      if (e.exclusive() && id + 1 < graph.size()) {
        return fmt::format("{} -> {}", number(e.val), number(graph[id + 1].val));
      }
      return number(e.val);
    case event_kind::write:
    case event_kind::choice:
      return number(e.val);
    case event_kind::create:
    case event_kind::join:
      return fmt::format("T{}", e.val.low);
    default:
      return {};
  }
}

/// What heddle writes into a mutex or a once flag says nothing to its user.
bool has_a_value_to_show(std::string_view operation) {
  for (const synchronisation& s : synchronisations) {
    if (operation.starts_with(s.prefix)) return false;
  }
  return !operation.ends_with("lock") && !operation.starts_with("call_once") &&
         !operation.starts_with("static");
}

memory_order whole_order(const execution_graph& graph, event_id id) {
  const event& e = graph[id];
  if (e.is_read() && e.detail != 0) {
    const operation& op = graph.operation_of(e);
    if (e.exclusive() || op.kind == operation_kind::read_modify_write) return op.order;
  }
  return e.order;
}

}  // namespace

std::vector<trace_event> trace_of(const execution_graph& graph, const event_lookup& recorded) {
  std::vector<trace_event> trace;
  object_names names;
  for (event_id id = 0; id < graph.size(); ++id) {
    const event& e = graph[id];
    if (e.is_write() && e.exclusive()) {
      trace.back().writes = true;
      trace.back().coherence_position = e.coherence_position;
      continue;
    }
    trace_event& entry = trace.emplace_back();
    const recorded_event known = recorded(e.thread, e.index);
    entry.thread = e.thread;
    entry.index = e.index;
    entry.operation = known.operation;
    const bool ordered = e.is_read() || e.is_write() || e.kind == event_kind::fence;
    if (ordered) entry.order = name_of(whole_order(graph, id));
    if (has_a_value_to_show(entry.operation)) entry.value = value_text(graph, id);
    entry.address = known.address;
    entry.object = names.name(known);
    if (e.kind != event_kind::finish) entry.stack = known.stack;
    if (e.is_read()) describe_read(graph, id, entry);
    if (e.is_write()) {
      entry.writes = true;
      entry.coherence_position = e.coherence_position;
    }
  }
  return trace;
}

void insert_lines(std::vector<trace_event>& trace, const std::vector<trace_line>& lines) {
  for (const trace_line& line : lines) {
    trace_event entry;
    entry.thread = line.thread;
    entry.index = line.line.after;
    entry.operation = "log";
    entry.logged = true;
    entry.value = line.line.text;
    entry.stack = line.line.stack;
    auto place = trace.end();
    bool behind = false;
    for (auto at = trace.begin(); at != trace.end(); ++at) {
      if (at->thread != line.thread) continue;
      if (at->logged ? at->index <= entry.index : at->index < entry.index) {
        place = at + 1;
        behind = true;
      } else if (!behind) {
        place = at;
        break;
      }
    }
    trace.insert(place, std::move(entry));
  }
}

void explain_switches(std::vector<trace_event>& trace, const std::vector<std::string>& waiting) {
  std::vector<std::size_t> last(waiting.size(), trace.size());
  for (std::size_t i = 0; i < trace.size(); ++i) last[trace[i].thread] = i;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    trace_event& entry = trace[i];
    const bool is_last = last[entry.thread] == i;
    const std::string& waits = waiting[entry.thread];
    if (is_last && !waits.empty()) {
      entry.leaves = waits;
    } else if (is_last || i + 1 == trace.size() || trace[i + 1].thread == entry.thread) {
      continue;
    } else {
      // Its next event: did it have to wait for what comes in between?
      std::size_t next = i + 1;
      while (next + 1 < trace.size() &&
             (trace[next].thread != entry.thread || trace[next].logged)) {
        ++next;
      }
      const trace_event& then = trace[next];
      if (then.operation == "join") {
        entry.leaves = "waits for " + then.value + " to finish";
      } else {
        entry.leaves = "is interrupted before " + then.operation;
      }
    }
  }
}

}  // namespace heddle::diagnose
