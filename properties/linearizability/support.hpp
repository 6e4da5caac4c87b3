// What these checks share: the specifications, and threads with a column each.
#pragma once

#include <deque>
#include <heddle/check.hpp>
#include <heddle/linearizable.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace linear {

/// put(value), or take: what queues and stacks, channels and sets of values do.
struct transfer {
  std::optional<int> put{};
};

inline transfer put(int value) { return {value}; }
inline constexpr transfer take{};

inline std::string describe(const transfer& what) {
  return what.put ? "put " + std::to_string(*what.put) : "take";
}

/// A put answers nothing, a take the value or, if there is none, nothing.
using transfers = heddle::history<transfer, std::optional<int>>;

enum class discipline { queue, stack };

/// Waits: a take of an empty one does not return.
template <discipline Which, bool Waits = false>
struct container {
  std::deque<int> values;

  std::optional<std::optional<int>> apply(const transfer& what) {
    if (what.put) {
      values.push_back(*what.put);
      return std::optional<int>();
    }
    if (values.empty()) {
      if (Waits) return std::nullopt;
      return std::optional<int>();
    }
    const int value = Which == discipline::queue ? values.front() : values.back();
    Which == discipline::queue ? values.pop_front() : values.pop_back();
    return std::optional<int>(value);
  }
  bool operator==(const container&) const = default;
};

/// Runs the bodies at once, each in a thread of its own with a column of its own, and waits.
template <class History, class... Body>
void at_once(History& history, Body&&... bodies) {
  std::vector<std::thread> threads;
  const auto name = [&] { return "thread " + std::to_string(history.columns().size() + 1); };
  (threads.emplace_back([&bodies, &line = history.column(name())] { bodies(line); }), ...);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace linear
