// Text in columns: how wide it is on a terminal, and how it flows into lines of a given width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::report {

/// The number of terminal cells of UTF-8 text without control characters.
std::size_t display_width(std::string_view text);

/// Keeps the end of `text`: "…/cell.cpp:12". At most `width` cells.
std::string keep_end(std::string_view text, std::size_t width);

/// Keeps its beginning: "a_long_functi…".
std::string keep_beginning(std::string_view text, std::size_t width);

/// Without what would disturb a terminal: control characters become "\x1b" and so on; a newline
/// stays if `lines`.
std::string printable(std::string_view text, bool lines = false);

enum class tone : std::uint8_t { plain, dim, strong, good, bad, warning, accent };

/// A piece of text with one tone. A line is a sequence of them, with nothing in between.
struct piece {
  std::string text;
  tone colour = tone::plain;
  bool together = false;  // not to be broken if it fits in a line of its own
};
using text_line = std::vector<piece>;

std::size_t display_width(const text_line& line);

/// Breaks `pieces` into lines of at most `width` cells: between pieces or words where possible,
/// inside a word if it is longer than a line. Lines after the first begin with `indent` spaces.
/// Spaces at the ends of a line are dropped.
std::vector<text_line> flow(const std::vector<piece>& pieces, std::size_t width,
                            std::size_t indent);

/// The line as a string, with terminal colours if `colours`, filled up with spaces to `width`.
std::string paint(const text_line& line, bool colours, std::size_t width = 0);

}  // namespace heddle::report
