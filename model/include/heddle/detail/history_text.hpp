// A history that no order explains, for a person: a column for each thread, the longest order that
// the specification allows from the top downwards, and then why nothing can come next.
#pragma once

#include <algorithm>
#include <cstddef>
#include <heddle/detail/describe.hpp>
#include <heddle/detail/linearizer.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace heddle::detail {

template <class Spec, class Operation, class Result>
class history_text {
 public:
  history_text(const linearizer<Spec, Operation, Result>& searched,
               const history<Operation, Result>& recorded)
      : searched_(searched), recorded_(recorded) {
    order_rows();
  }

  /// One line: the first operation that cannot come next, and why.
  std::string message() const {
    const std::size_t ordered = searched_.best().size();
    std::string text = "not linearizable: ";
    if (ordered == 0) {
      text += "no operation can come first";
    } else {
      text += "after " + std::to_string(ordered) + (ordered == 1 ? " operation" : " operations") +
              " none can come next";
    }
    for (std::size_t row = ordered; row < rows_.size(); ++row) {
      const std::size_t i = rows_[row];
      if (node(i).pending() || must_wait_for(i)) continue;
      return text + ": " + call(i) + ", but " + objection(i);
    }
    return text;
  }

  std::string columns() const {
    std::vector<std::size_t> widths;
    for (const auto& line : recorded_.columns()) widths.push_back(line.name().size());
    for (const std::size_t i : rows_) {
      std::size_t& width = widths[node(i).column];
      width = std::max(width, call(i).size());
    }
    std::string text = "The longest order that the specification allows, from the top downwards:\n";
    text += "     ";
    for (std::size_t c = 0; c < widths.size(); ++c) {
      text += padded(recorded_.columns()[c].name(), widths[c]) + " | ";
    }
    text += "\n";
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      if (row == searched_.best().size()) text += "Then none of these can come next:\n";
      text += this->row(row, widths);
    }
    return text;
  }

 private:
  const auto& node(std::size_t i) const { return searched_.nodes()[i]; }

  /// First the order that was found; then the others, none before what must come before it.
  void order_rows() {
    rows_ = searched_.best();
    operation_set shown(searched_.nodes().size());
    for (const std::size_t i : rows_) shown.insert(i);
    while (rows_.size() < searched_.nodes().size()) {
      for (std::size_t i = 0; i < searched_.nodes().size(); ++i) {
        if (shown.contains(i) || !shown.includes(node(i).after)) continue;
        shown.insert(i);
        rows_.push_back(i);
      }
    }
  }

  std::string call(std::size_t i) const {
    const auto& e = *node(i).what;
    return words_for(e.operation) + (e.result ? " -> " + words_for(*e.result) : " (pending)");
  }

  /// The number of an operation that is not in the order found and must come before this one.
  std::optional<std::size_t> must_wait_for(std::size_t i) const {
    for (std::size_t row = searched_.best().size(); row < rows_.size(); ++row) {
      if (node(i).after.contains(rows_[row])) return row + 1;
    }
    return std::nullopt;
  }

  std::string objection(std::size_t i) const {
    if (const auto row = must_wait_for(i)) return "not before " + std::to_string(*row);
    if (node(i).pending()) return "may have happened or not";
    Spec state = searched_.best_state();
    const auto result = apply_to<Spec, Operation, Result>(state, node(i).what->operation);
    if (!result) return "by the specification it waits here";
    return "by the specification it is " + words_for(*result) + " here";
  }

  /// What of the rows above, in other columns, must come before: without what follows from others.
  std::string after(std::size_t row) const {
    std::string text;
    for (std::size_t above = 0; above < row; ++above) {
      const std::size_t i = rows_[above];
      if (!node(rows_[row]).after.contains(i) || node(i).column == node(rows_[row]).column)
        continue;
      bool follows = false;
      for (std::size_t k = above + 1; k < row; ++k) {
        follows |= node(rows_[row]).after.contains(rows_[k]) && node(rows_[k]).after.contains(i);
      }
      if (!follows) text += (text.empty() ? "after " : ", ") + std::to_string(above + 1);
    }
    return text;
  }

  std::string row(std::size_t row, const std::vector<std::size_t>& widths) const {
    const std::size_t i = rows_[row];
    std::string number = std::to_string(row + 1);
    std::string text = std::string(number.size() < 3 ? 3 - number.size() : 0, ' ') + number + "  ";
    for (std::size_t c = 0; c < widths.size(); ++c) {
      text += padded(c == node(i).column ? call(i) : "", widths[c]) + " | ";
    }
    const std::string order = after(row);
    text += order;
    if (row >= searched_.best().size()) text += (order.empty() ? "" : "; ") + objection(i);
    return text + "\n";
  }

  static std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
  }

  const linearizer<Spec, Operation, Result>& searched_;
  const history<Operation, Result>& recorded_;
  std::vector<std::size_t> rows_;
};

}  // namespace heddle::detail
