// Runs functions on threads of their own, all at once, to their ends.
#pragma once

#include <thread>
#include <utility>

namespace cells {

template <typename First, typename Second>
void together(First&& first, Second&& second) {
  std::thread other(std::forward<Second>(second));
  std::forward<First>(first)();
  other.join();
}

template <typename First, typename Second, typename Third>
void together(First&& first, Second&& second, Third&& third) {
  std::thread other(std::forward<Second>(second)), another(std::forward<Third>(third));
  std::forward<First>(first)();
  other.join();
  another.join();
}

}  // namespace cells
