#include "model/report/columns.hpp"

#include <algorithm>

#include "model/report/text.hpp"
#include "model/report/words.hpp"

namespace heddle::report {
namespace {

constexpr std::size_t columns_max = 4;
constexpr std::size_t column_width_min = 24;
constexpr std::size_t body_width_min = 28;  // less, and the places go above
constexpr std::string_view separator = " │ ";
constexpr std::size_t separator_width = 3;

/// Something that one thread does at one moment.
struct cell {
  std::size_t column = 0;
  std::string place;
  std::vector<piece> body;
};

std::vector<piece> body_of(const told_event& event) {
  if (event.logged) return {{printable(event.what), tone::strong}};
  std::vector<piece> body{{"#" + std::to_string(event.index) + " ", tone::dim},
                          {printable(event.what), tone::plain}};
  if (!event.source.empty()) {
    body.push_back({" ", tone::plain});
    body.push_back({"← " + printable(event.source), tone::accent, true});
  }
  if (event.stale) body.push_back({", stale", tone::warning});
  if (event.times > 1) body.push_back({" × " + std::to_string(event.times), tone::warning});
  return body;
}

std::size_t column_of(const story& told, thread_id id) {
  for (std::size_t i = 0; i < told.threads.size(); ++i)
    if (told.threads[i].id == id) return i;
  return told.threads.size();
}

std::vector<cell> cells_of(const story& told) {
  std::vector<cell> result;
  for (const told_event& event : told.events) {
    const std::size_t column = column_of(told, event.thread);
    result.push_back({column, printable(event.place), body_of(event)});
    if (!event.leaves.empty())
      result.push_back({column, "", {{"↳ " + printable(event.leaves), tone::warning}}});
  }
  const failure& what = told.execution->what;
  if (const std::size_t column = column_of(told, what.thread); column < told.threads.size()) {
    result.push_back(
        {column, printable(told.fails_at), {{"✗ " + printable(brief(what)), tone::bad}}});
  }
  return result;
}

std::vector<piece> header_of(const told_thread& thread) {
  std::vector<piece> result{{thread.name, tone::strong}};
  if (!thread.created_at.empty())
    result.push_back({" created at " + printable(thread.created_at), tone::dim});
  return result;
}

/// How a column is used: places beside what happens, or above it where there is little room.
struct layout {
  std::size_t width = 1;
  std::size_t place_width = 0;
  bool place_above = false;
};

layout layout_of(const std::vector<cell>& cells, std::size_t width) {
  std::size_t place = 0, body = 0;
  for (const cell& c : cells) {
    place = std::max(place, display_width(c.place));
    body = std::max(body, display_width(c.body));
  }
  const std::size_t beside = place == 0 ? 0 : place + 2;
  if (beside + std::min(body, body_width_min) <= width) return {width, place, false};
  return {width, place, true};
}

std::vector<cell> cells_of_column(const std::vector<cell>& cells, std::size_t column) {
  std::vector<cell> result;
  for (const cell& c : cells)
    if (c.column == column) result.push_back(c);
  return result;
}

std::vector<text_line> lines_of(const cell& c, const layout& column) {
  const bool beside = !column.place_above && column.place_width > 0;
  const std::size_t shift = beside ? column.place_width + 2 : column.place_above ? 2 : 0;
  const std::size_t room = column.width > shift ? column.width - shift : 1;
  std::vector<text_line> lines = flow(c.body, room, 2);
  for (text_line& line : lines) line.insert(line.begin(), {std::string(shift, ' ')});
  if (c.place.empty()) return lines;
  if (column.place_above) {
    lines.insert(lines.begin(), {{keep_end(c.place, column.width), tone::accent}});
  } else if (!lines.empty()) {
    lines.front().front().text.resize(shift - display_width(c.place));
    lines.front().insert(lines.front().begin(), {c.place, tone::accent});
  }
  return lines;
}

/// Columns that need little get what they need; the others share the rest equally.
std::vector<std::size_t> share_width(const std::vector<std::size_t>& wanted, std::size_t total) {
  std::vector<std::size_t> widths(wanted.size(), 0);
  std::size_t left = total, open = wanted.size();
  for (bool changed = true; changed && open > 0;) {
    changed = false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (widths[i] != 0 || wanted[i] > left / open) continue;
      widths[i] = std::max<std::size_t>(wanted[i], 1);
      left -= std::min(left, widths[i]);
      --open;
      changed = true;
      if (open == 0) break;
    }
  }
  for (std::size_t& width : widths)
    if (width == 0) {
      width = left / open--;
      left -= width;
    }
  return widths;
}

std::size_t wanted_width(const told_thread& thread, const std::vector<cell>& cells) {
  std::size_t place = 0, body = 0;
  for (const cell& c : cells) {
    place = std::max(place, display_width(c.place));
    body = std::max(body, display_width(c.body));
  }
  return std::max(display_width(header_of(thread)), place + 2 + body);
}

/// One row of the table: the lines of one column, the others empty.
void add_row(std::string& out, const std::vector<text_line>& lines, std::size_t column,
             const std::vector<std::size_t>& widths, const console_style& style,
             std::size_t margin) {
  const std::string bar = paint({{std::string(separator), tone::dim}}, style.colours);
  for (const text_line& line : lines) {
    out.append(margin, ' ');
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool last = i + 1 == widths.size();
      if (i == column)
        out += paint(line, style.colours, last ? 0 : widths[i]);
      else if (!last)
        out.append(widths[i], ' ');
      if (!last) out += bar;
    }
    while (out.back() == ' ') out.pop_back();
    out += '\n';
  }
}

void add_header(std::string& out, const story& told, const std::vector<std::size_t>& widths,
                const console_style& style, std::size_t margin) {
  std::vector<std::vector<text_line>> headers;
  std::size_t height = 1;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    headers.push_back(flow(header_of(told.threads[i]), widths[i], 2));
    height = std::max(height, headers.back().size());
  }
  const std::string bar = paint({{std::string(separator), tone::dim}}, style.colours);
  for (std::size_t row = 0; row < height; ++row) {
    out.append(margin, ' ');
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const text_line line = row < headers[i].size() ? headers[i][row] : text_line();
      out += paint(line, style.colours, widths[i]);
      if (i + 1 < widths.size()) out += bar;
    }
    while (out.back() == ' ') out.pop_back();
    out += '\n';
  }
  std::string rule;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    for (std::size_t k = 0; k < widths[i]; ++k) rule += "─";
    if (i + 1 < widths.size()) rule += "─┼─";
  }
  out.append(margin, ' ');
  out += paint({{rule, tone::dim}}, style.colours) + "\n";
}

std::string render_list(const story& told, const std::vector<cell>& cells,
                        const console_style& style, std::size_t margin) {
  std::size_t name_width = 0;
  for (const told_thread& thread : told.threads)
    name_width = std::max(name_width, display_width(thread.name));
  const std::size_t width = style.width > margin ? style.width - margin : 1;
  name_width = std::min(name_width, width / 4);
  const layout rest = layout_of(cells, width > name_width + 2 ? width - name_width - 2 : 1);
  std::string out;
  std::size_t previous = told.threads.size();
  for (const cell& c : cells) {
    // The name is written where the thread changes, so that a switch catches the eye.
    std::string name = c.column == previous ? "" : told.threads[c.column].name;
    previous = c.column;
    for (const text_line& line : lines_of(c, rest)) {
      out.append(margin, ' ');
      out +=
          paint({{keep_beginning(name, name_width), tone::strong}}, style.colours, name_width + 2);
      out += paint(line, style.colours) + "\n";
      name.clear();
    }
  }
  return out;
}

}  // namespace

std::string render_columns(const story& told, const console_style& style, std::size_t margin) {
  const std::vector<cell> cells = cells_of(told);
  const std::size_t count = told.threads.size();
  if (count == 0) return {};
  const std::size_t taken = margin + separator_width * (count - 1);
  if (count > columns_max || style.width < taken + count * column_width_min)
    return render_list(told, cells, style, margin);
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < count; ++i)
    wanted.push_back(wanted_width(told.threads[i], cells_of_column(cells, i)));
  const std::vector<std::size_t> widths = share_width(wanted, style.width - taken);
  std::vector<layout> layouts;
  for (std::size_t i = 0; i < count; ++i)
    layouts.push_back(layout_of(cells_of_column(cells, i), widths[i]));
  std::string out;
  add_header(out, told, widths, style, margin);
  for (const cell& c : cells)
    add_row(out, lines_of(c, layouts[c.column]), c.column, widths, style, margin);
  return out;
}

}  // namespace heddle::report
