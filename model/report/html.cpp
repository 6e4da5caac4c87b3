#include "model/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/report/html_style.hpp"
#include "model/report/locator.hpp"
#include "model/report/markup.hpp"
#include "model/report/story.hpp"
#include "model/report/words.hpp"

namespace heddle::report {
namespace {

std::string span(const char* style, const std::string& text) {
  return fmt::format("<span class=\"{}\">{}</span>", style, escape_markup(text));
}

std::string paragraph(const std::string& text) {
  return text.empty() ? std::string() : "<p>" + escape_markup(text) + "</p>\n";
}

std::string overview(std::span<const check_result> results) {
  std::string out =
      "<div class=\"scroll\"><table>\n<tr><th>Check</th><th>Verdict</th>"
      "<th class=\"number\">Executions</th><th class=\"number\">Blocked</th>"
      "<th class=\"number\">Seconds</th><th class=\"number\">Per second</th>"
      "<th class=\"number\">Threads</th><th class=\"number\">Events</th><th>Model</th></tr>\n";
  for (std::size_t i = 0; i < results.size(); ++i) {
    const check_result& result = results[i];
    const bool more = result.failure || !result.reason.empty();
    const std::string name =
        more ? fmt::format("<a href=\"#check-{}\">{}</a>", i + 1, escape_markup(result.name))
             : escape_markup(result.name);
    const auto rate = static_cast<std::uint64_t>(executions_per_second(result) + 0.5);
    out += fmt::format(
        "<tr><td>{}</td><td class=\"verdict {}\">{}</td><td class=\"number\">{}</td>"
        "<td class=\"number\">{}</td><td class=\"number\">{:.3f}</td><td class=\"number\">{}</td>"
        "<td class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n",
        name, name_of(result.verdict), name_of(result.verdict), grouped(result.executions),
        grouped(result.blocked), result.seconds, grouped(rate), result.threads, result.max_events,
        escape_markup(result.memory_model));
  }
  return out + "</table></div>\n";
}

/// A row of the table: `content` (markup) in one column, the others empty.
std::string row(std::size_t columns, std::size_t column, const std::string& content) {
  std::string out = "<tr>";
  for (std::size_t i = 0; i < columns; ++i)
    out += "<td>" + (i == column ? content : std::string()) + "</td>";
  return out + "</tr>\n";
}

std::string cell_of(const told_event& event) {
  std::string out = event.logged ? "" : span("index", "#" + std::to_string(event.index)) + " ";
  out += escape_markup(event.what);
  if (!event.source.empty()) out += " " + span("source", "← " + event.source);
  if (event.stale) out += span("mark", ", stale");
  if (event.times > 1) out += " " + span("mark", "× " + std::to_string(event.times));
  if (!event.place.empty()) out += "<br>" + span("place", event.place);
  return out;
}

std::string trace_table(const story& told) {
  if (told.events.empty()) return {};
  const std::size_t columns = told.threads.size();
  const auto column_of = [&](thread_id id) {
    const auto found = std::find_if(told.threads.begin(), told.threads.end(),
                                    [id](const told_thread& t) { return t.id == id; });
    return static_cast<std::size_t>(found - told.threads.begin());
  };
  std::string out =
      "<h3>How it comes about, time downwards</h3>\n<div class=\"scroll\"><table class=\"trace\">"
      "\n<tr>";
  for (const told_thread& thread : told.threads) {
    out += "<th>" + escape_markup(thread.name);
    if (!thread.created_at.empty()) out += " " + span("created", "created at " + thread.created_at);
    out += "</th>";
  }
  out += "</tr>\n";
  for (const told_event& event : told.events) {
    out += row(columns, column_of(event.thread), cell_of(event));
    if (!event.leaves.empty())
      out += row(columns, column_of(event.thread), span("leaves", "↳ " + event.leaves));
  }
  const failure& what = told.execution->what;
  if (column_of(what.thread) < columns) {
    std::string content = span("fails", "✗ " + brief(what));
    if (!told.fails_at.empty()) content += "<br>" + span("place", told.fails_at);
    out += row(columns, column_of(what.thread), content);
  }
  return out + "</table></div>\n";
}

std::string facts(const story& told) {
  std::string out;
  const auto item = [&](const std::string& markup) { out += "<li>" + markup + "</li>\n"; };
  for (std::size_t i = 0; i < told.where.size(); ++i) {
    std::string text = (i == 0 ? "at " : "called from ") + escape_markup(told.where[i].place);
    if (!told.where[i].text.empty()) text += " in " + escape_markup(told.where[i].text);
    if (i == 0 && told.execution->what.thread != no_thread)
      text += ", thread " + escape_markup(told.name_of_thread(told.execution->what.thread));
    item(text);
  }
  for (const told_note& note : told.notes)
    item(escape_markup(note.text) + (note.place.empty() ? "" : ": " + span("place", note.place)));
  for (const told_thread& thread : told.threads)
    if (!thread.state.empty())
      item("At the end " + escape_markup(thread.name) + " " + escape_markup(thread.state));
  return out.empty() ? out : "<ul>\n" + out + "</ul>\n";
}

std::string failure_section(const check_result& result, const setting& around) {
  const story told = tell(*result.failure, around);
  std::string out =
      fmt::format("<p class=\"headline\">{}</p>\n", escape_markup(headline(result.failure->what)));
  out += facts(told);
  out += paragraph(which_execution(result));
  out += trace_table(told);
  out += paragraph(weak_memory_sentence(result.failure->needs_weak_memory));
  out += paragraph(needs_sentence(*result.failure));
  if (!result.failure->output.empty())
    out += "<h3>What the program printed in this execution</h3>\n<pre>" +
           escape_markup(result.failure->output) + "</pre>\n";
  if (const std::string line = replay_line(result, around); !line.empty())
    out += "<h3>To see exactly this execution again</h3>\n<pre>" + escape_markup(line) + "</pre>\n";
  return out;
}

std::string section(const check_result& result, std::size_t number, const setting& around) {
  if (!result.failure && result.reason.empty()) return {};
  std::string out = fmt::format(
      "<section id=\"check-{}\">\n<h2>{} {}</h2>\n<p>{}</p>\n", number, escape_markup(result.name),
      span(name_of(result.verdict), name_of(result.verdict)), escape_markup(effort(result)));
  std::string sentence = verdict_sentence(result);
  if (const std::string place = locator(around).place(result.reason_stack); !place.empty())
    sentence += " It happened at " + place + ".";
  out += paragraph(sentence);
  if (result.failure) out += failure_section(result, around);
  return out + "</section>\n";
}

}  // namespace

std::string render_html(std::span<const check_result> results, const std::string& title,
                        const setting& around) {
  const std::string name = escape_markup(title);
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}: heddle</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n",
      name, html_style);
  out += overview(results);
  for (std::size_t i = 0; i < results.size(); ++i) out += section(results[i], i + 1, around);
  return out + "</body>\n</html>\n";
}

}  // namespace heddle::report
