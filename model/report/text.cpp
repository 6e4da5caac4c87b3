#include "model/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace heddle::report {
namespace {

struct character {
  std::size_t bytes;  // at least 1
  std::size_t cells;
};

/// The first character of a non-empty text. A byte that is not UTF-8 counts as one cell.
character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  std::uint32_t code = bytes == 1 ? lead : lead & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto c = i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    if ((c & 0xc0) != 0x80) return {1, 1};
    code = (code << 6) | (c & 0x3f);
  }
  const bool combining = code >= 0x300 && code <= 0x36f;
  const bool wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
                    (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
                    (code >= 0xff00 && code <= 0xff60) || (code >= 0x1f300 && code <= 0x1faff);
  return {bytes, combining ? 0u : wide ? 2u : 1u};
}

/// The longest beginning of at most `width` cells, in bytes.
std::size_t bytes_of_width(std::string_view text, std::size_t width) {
  std::size_t bytes = 0, cells = 0;
  while (bytes < text.size()) {
    const character c = first_character(text.substr(bytes));
    if (cells + c.cells > width) break;
    bytes += c.bytes;
    cells += c.cells;
  }
  return bytes;
}

const char* escape_of(tone colour) {
  switch (colour) {
    case tone::plain:
      return "";
    case tone::dim:
      return "\x1b[2m";
    case tone::strong:
      return "\x1b[1m";
    case tone::good:
      return "\x1b[32m";
    case tone::bad:
      return "\x1b[1;31m";
    case tone::warning:
      return "\x1b[33m";
    case tone::accent:
      return "\x1b[36m";
  }
  return "";
}

void trim_end(text_line& line) {
  while (!line.empty()) {
    std::string& text = line.back().text;
    text.resize(text.find_last_not_of(' ') + 1);
    if (!text.empty()) return;
    line.pop_back();
  }
}

/// Where to break a word that is too long for any line, of which `bytes` fit: after a sign that
/// joins the parts of a place or a name, if there is one in the second half.
std::size_t good_break(std::string_view word, std::size_t bytes) {
  const std::size_t joint = word.substr(0, bytes).find_last_of("/:_.-");
  return joint == std::string_view::npos || joint < bytes / 2 ? bytes : joint + 1;
}

/// Collects words into lines.
class line_builder {
 public:
  line_builder(std::size_t width, std::size_t indent)
      : width_(std::max<std::size_t>(width, 1)), indent_(indent < width_ ? indent : 0) {}

  void add_spaces(std::size_t count) {
    if (used_ > 0) pending_ += count;
  }

  void add_word(std::string_view word, tone colour) {
    if (used_ > 0 && used_ + pending_ + display_width(word) > room()) end_line();
    while (display_width(word) > room() - used_ - pending_) {
      const std::size_t fits = bytes_of_width(word, room() - used_ - pending_);
      const std::size_t bytes = std::max(good_break(word, fits), first_character(word).bytes);
      append(word.substr(0, bytes), colour);
      word.remove_prefix(bytes);
      end_line();
    }
    if (!word.empty()) append(word, colour);
  }

  std::vector<text_line> finish() {
    if (used_ > 0) end_line();
    return std::move(lines_);
  }

 private:
  std::size_t room() const { return lines_.empty() ? width_ : width_ - indent_; }

  void append(std::string_view text, tone colour) {
    std::string spaced = std::string(pending_, ' ').append(text);
    used_ += pending_ + display_width(text);
    pending_ = 0;
    if (!current_.empty() && current_.back().colour == colour)
      current_.back().text += spaced;
    else
      current_.push_back({std::move(spaced), colour});
  }

  void end_line() {
    trim_end(current_);
    if (!lines_.empty() && indent_ > 0)
      current_.insert(current_.begin(), {std::string(indent_, ' '), tone::plain});
    lines_.push_back(std::move(current_));
    current_.clear();
    used_ = pending_ = 0;
  }

  std::size_t width_, indent_;
  std::size_t used_ = 0, pending_ = 0;
  text_line current_;
  std::vector<text_line> lines_;
};

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t cells = 0;
  for (std::size_t at = 0; at < text.size();) {
    const character c = first_character(text.substr(at));
    at += c.bytes;
    cells += c.cells;
  }
  return cells;
}

std::size_t display_width(const text_line& line) {
  std::size_t cells = 0;
  for (const piece& p : line) cells += display_width(p.text);
  return cells;
}

std::string keep_end(std::string_view text, std::size_t width) {
  if (width == 0) return {};
  std::size_t cells = display_width(text);
  if (cells <= width) return std::string(text);
  while (cells > width - 1) {
    const character c = first_character(text);
    text.remove_prefix(c.bytes);
    cells -= c.cells;
  }
  // A path reads best from the beginning of one of its parts.
  if (const auto slash = text.find('/'); slash != std::string_view::npos) text.remove_prefix(slash);
  return "…" + std::string(text);
}

std::string keep_beginning(std::string_view text, std::size_t width) {
  if (width == 0) return {};
  if (display_width(text) <= width) return std::string(text);
  return std::string(text.substr(0, bytes_of_width(text, width - 1))) + "…";
}

std::string printable(std::string_view text, bool lines) {
  std::string result;
  for (char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '\t')
      result += "    ";
    else if ((code < 0x20 && !(lines && c == '\n')) || code == 0x7f)
      result += fmt::format("\\x{:02x}", code);
    else
      result += c;
  }
  return result;
}

std::vector<text_line> flow(const std::vector<piece>& pieces, std::size_t width,
                            std::size_t indent) {
  line_builder lines(width, indent);
  for (const piece& p : pieces) {
    std::string_view rest = p.text;
    while (!rest.empty()) {
      const std::size_t spaces = std::min(rest.find_first_not_of(' '), rest.size());
      lines.add_spaces(spaces);
      rest.remove_prefix(spaces);
      const bool whole = p.together && display_width(rest) + indent <= width;
      const std::string_view word = whole ? rest : rest.substr(0, rest.find(' '));
      if (!word.empty()) lines.add_word(word, p.colour);
      rest.remove_prefix(word.size());
    }
  }
  return lines.finish();
}

std::string paint(const text_line& line, bool colours, std::size_t width) {
  std::string result;
  for (const piece& p : line) {
    const char* escape = colours ? escape_of(p.colour) : "";
    result += escape;
    result += p.text;
    if (*escape) result += "\x1b[0m";
  }
  const std::size_t cells = display_width(line);
  if (cells < width) result.append(width - cells, ' ');
  return result;
}

}  // namespace heddle::report
