#include "model/report/story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "model/report/short_places.hpp"

namespace heddle::report {
namespace {

using event_key = std::pair<thread_id, std::uint32_t>;

short_places announce_places(const failing_execution& execution, const locator& places) {
  short_places result(places);
  for (const trace_event& event : execution.trace) result.add(event.stack);
  for (const thread_summary& thread : execution.threads) result.add(thread.created_at);
  result.add(execution.what.stack);
  return result;
}

bool goes_on(const std::string& state) { return state == "finished" || state == "running"; }

std::vector<told_thread> tell_threads(const failing_execution& execution,
                                      const short_places& places) {
  std::map<thread_id, told_thread> threads;
  for (const thread_summary& thread : execution.threads)
    threads[thread.id] = {thread.id, thread.name, places.of(thread.created_at),
                          goes_on(thread.state) ? std::string() : thread.state};
  for (const trace_event& event : execution.trace) threads[event.thread].id = event.thread;
  std::vector<told_thread> result;
  for (auto& [id, thread] : threads) {
    if (thread.name.empty()) thread.name = thread_name(static_cast<thread_id>(id));
    result.push_back(std::move(thread));
  }
  return result;
}

/// Whether `next` is one more turn of the loop that `previous` stands for.
bool repeats(const told_event& previous, const trace_event& previous_raw, const told_event& next,
             const trace_event& raw) {
  return raw.reads && !raw.writes && previous_raw.reads && !previous_raw.writes &&
         previous.leaves.empty() && previous.thread == next.thread &&
         previous.place == next.place && previous.what == next.what &&
         previous.source == next.source && previous.stale == next.stale;
}

std::vector<told_note> tell_where(const failure& what, const locator& places) {
  std::vector<told_note> result;
  for (const frame& f : places.user_frames(what.stack, 4)) {
    told_note here{short_function(f.function), places.place(f)};
    if (result.empty() || result.back().place != here.place || result.back().text != here.text)
      result.push_back(std::move(here));
  }
  return result;
}

}  // namespace

std::string short_function(std::string_view function) {
  if (function.ends_with(" const")) function.remove_suffix(6);
  if (function.ends_with(')')) {
    int depth = 0;
    for (std::size_t i = function.size(); i-- > 0;) {
      depth += function[i] == ')' ? 1 : function[i] == '(' ? -1 : 0;
      if (depth == 0) {
        const bool is_name =
            function.substr(0, i).ends_with("operator");  // g++ gives no parameters
        if (!is_name) function = function.substr(0, i);
        break;
      }
    }
  }
  constexpr std::string_view body = "heddle_check_";
  if (function.starts_with(body)) function.remove_prefix(body.size());
  return std::string(function);
}

std::string describe(const trace_event& event, const locator& places) {
  if (event.logged) return "» " + event.value;
  std::string text = event.operation;
  if (const std::string object = places.object(event); !object.empty()) text += " " + object;
  if (!event.value.empty()) text += " = " + event.value;
  if (!event.order.empty()) text += " (" + event.order + ")";
  return text;
}

std::string story::name_of_thread(thread_id id) const {
  for (const told_thread& thread : threads)
    if (thread.id == id) return thread.name;
  return fmt::format("thread {}", id);
}

story tell(const failing_execution& execution, const setting& around) {
  const locator places(around);
  story result;
  result.execution = &execution;
  const short_places short_form = announce_places(execution, places);
  result.threads = tell_threads(execution, short_form);
  result.fails_at = short_form.of(execution.what.stack);
  std::map<event_key, std::string> place_of;
  for (const trace_event& event : execution.trace)
    if (!event.logged) place_of[{event.thread, event.index}] = short_form.of(event.stack);

  const trace_event* previous = nullptr;
  for (const trace_event& event : execution.trace) {
    told_event told{event.thread,
                    event.index,
                    1,
                    short_form.of(event.stack),
                    describe(event, places),
                    {},
                    event.stale,
                    event.logged,
                    event.leaves};
    if (event.reads && event.reads_initial) {
      told.source = "the initial value";
    } else if (event.reads && event.reads_from_thread != no_thread) {
      const std::string& place = place_of[{event.reads_from_thread, event.reads_from_index}];
      told.source = fmt::format("{}#{}", result.name_of_thread(event.reads_from_thread),
                                event.reads_from_index);
      if (!place.empty()) told.source += " (" + place + ")";
    }
    if (previous && repeats(result.events.back(), *previous, told, event)) {
      ++result.events.back().times;
      result.events.back().leaves = told.leaves;
    } else {
      result.events.push_back(std::move(told));
    }
    previous = &event;
  }
  result.where = tell_where(execution.what, places);
  for (const note& fact : execution.what.notes)
    result.notes.push_back({fact.text, places.place(fact.stack)});
  return result;
}

}  // namespace heddle::report
