#include "model/testing/shrink.hpp"

#include <optional>
#include <vector>

#include "model/testing/litmus_code.hpp"

namespace heddle::testing {
namespace {

using line_list = std::vector<std::string>;

line_list split(const std::string& text) {
  line_list lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t stop = text.find('\n', start);
    lines.push_back(text.substr(start, stop - start));
    if (stop == std::string::npos) break;
    start = stop + 1;
  }
  return lines;
}

std::string join(const line_list& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::size_t indentation(const std::string& line) { return line.find_first_not_of(' '); }

/// How many lines from `at` on belong together: a line and the deeper ones below it.
std::size_t block_length(const line_list& lines, std::size_t at) {
  std::size_t length = 1;
  while (at + length < lines.size() && indentation(lines[at + length]) > indentation(lines[at])) {
    ++length;
  }
  return length;
}

/// Without `count` lines at `at`; the lines that were below them move out by one level if `lift`.
line_list without(const line_list& lines, std::size_t at, std::size_t count, std::size_t lift) {
  line_list result = lines;
  for (std::size_t i = at + count; i < at + count + lift; ++i) result[i] = result[i].substr(4);
  const auto first = result.begin() + static_cast<std::ptrdiff_t>(at);
  result.erase(first, first + static_cast<std::ptrdiff_t>(count));
  return result;
}

std::optional<line_list> smaller(const line_list& lines,
                                 const std::function<bool(const line_list&)>& fails) {
  for (std::size_t at = lines.size(); at-- > 0;) {
    const std::size_t block = block_length(lines, at);
    line_list attempt = without(lines, at, block, 0);
    if (fails(attempt)) return attempt;
    if (block == 1 || indentation(lines[at]) == 0) continue;
    attempt = without(lines, at, 1, block - 1);
    if (fails(attempt)) return attempt;
  }
  return std::nullopt;
}

}  // namespace

std::string shrink(std::string text, const std::function<bool(const std::string&)>& fails) {
  const auto still_fails = [&](const line_list& lines) {
    const std::string attempt = join(lines);
    try {
      compile(attempt);
    } catch (const litmus_error&) {
      return false;
    }
    return fails(attempt);
  };
  line_list lines = split(text);
  while (auto next = smaller(lines, still_fails)) lines = std::move(*next);
  return join(lines);
}

}  // namespace heddle::testing
