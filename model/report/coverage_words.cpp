#include "model/report/coverage_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace heddle::report {
namespace {

constexpr std::size_t most_lines = 20;

std::string count(std::uint64_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

template <typename Describe>
void list(const std::vector<coverage_summary::place_pair>& pairs, const Describe& describe,
          std::vector<std::string>& lines) {
  const std::size_t shown = std::min(pairs.size(), most_lines);
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(describe(pairs[i]));
  if (shown < pairs.size()) {
    lines.push_back(
        fmt::format("… and {} more of this kind (--json has all)", pairs.size() - shown));
  }
}

}  // namespace

coverage_words words_for(const coverage_summary& coverage) {
  using pair = coverage_summary::place_pair;
  coverage_words words;
  words.sentences.push_back(fmt::format(
      "Coverage of {}, of which number {} was the last that showed something new: {} of racing "
      "places, {} of them in both orders; {} of a write's place and that of a read that saw it.",
      count(coverage.executions, "execution"), coverage.last_new, count(coverage.racing, "pair"),
      coverage.racing - coverage.one_order.size(), count(coverage.reads_from, "pair")));
  list(
      coverage.one_order,
      [](const pair& p) { return fmt::format("{} never came after {}", p.first, p.second); },
      words.list);
  list(
      coverage.unread,
      [](const pair& p) {
        return fmt::format("{} never saw {}, which coherence allows", p.second, p.first);
      },
      words.list);
  words.sentences.push_back(words.list.empty()
                                ? "Nothing is known that was never reached."
                                : "Never reached (the order of the seq_cst operations, or what the "
                                  "program does with its values, may forbid it):");
  return words;
}

}  // namespace heddle::report
