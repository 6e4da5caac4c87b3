// The search for an order of a history's operations that the specification allows.
//
// Source: Wing and Gong, "Testing and verifying concurrent objects" (1993): put first any operation
// before which no other must come, if the specification gives its result, and go on; else take it
// back. Lowe, "Testing for linearizability" (2017): a set of operations put in order that leads to
// a state that it has led to before need not be looked at again. Here the order that must be kept
// is partial (happens-before), not one of intervals.
//
// Invariant: every configuration (set, state) in `known_` is on the path, or leads to no order of
// all completed operations. At most 2^n sets, each with the states that its orders lead to; the
// problem is NP-complete (Gibbons and Korach, 1997). With k columns that each are in order at most
// (n/k + 1)^k sets. Each configuration costs n looks at the operations and a copy of the state.
#pragma once

#include <cstddef>
#include <functional>
#include <heddle/detail/operation_set.hpp>
#include <heddle/history.hpp>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace heddle::detail {

/// Puts the operation next: the result by the specification; nothing if it would have to wait.
template <class Spec, class Operation, class Result>
std::optional<Result> apply_to(Spec& state, const Operation& operation) {
  if constexpr (std::is_void_v<decltype(state.apply(operation))>) {
    state.apply(operation);
    return Result();
  } else {
    return state.apply(operation);
  }
}

template <class Spec, class Operation, class Result>
class linearizer {
 public:
  using entry = typename history<Operation, Result>::entry;

  struct node {
    const entry* what = nullptr;
    std::size_t column = 0;
    operation_set after;  // what must come before

    bool pending() const { return !what->result.has_value(); }
  };

  linearizer(const Spec& initial, const history<Operation, Result>& recorded)
      : initial_(initial), best_state_(initial) {
    for (std::size_t c = 0; c < recorded.columns().size(); ++c) {
      for (const entry& e : recorded.columns()[c].entries()) {
        nodes_.push_back({&e, c, operation_set(0)});
      }
    }
    for (node& later : nodes_) {
      later.after = operation_set(nodes_.size());
      completed_ += later.pending() ? 0 : 1;
      for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (!nodes_[i].pending() && nodes_[i].what->returned.happens_before(later.what->called)) {
          later.after.insert(i);
        }
      }
    }
  }

  /// Whether there is such an order: then best() is one.
  bool search() {
    std::vector<configuration> path;
    path.push_back({operation_set(nodes_.size()), initial_});
    while (!path.empty()) {
      configuration& now = path.back();
      if (note_progress(path)) return true;
      if (std::optional<configuration> next = go_on(now)) {
        path.push_back(*std::move(next));
      } else {
        path.pop_back();
      }
    }
    return false;
  }

  const std::vector<node>& nodes() const { return nodes_; }
  /// The longest order that was found, and the state that it leads to.
  const std::vector<std::size_t>& best() const { return best_; }
  const Spec& best_state() const { return best_state_; }

 private:
  struct configuration {
    operation_set done;
    Spec state;
    std::size_t next = 0;  // the operation to try next
    std::size_t last = 0;  // the operation that led here
    std::size_t completed = 0;
  };

  bool note_progress(const std::vector<configuration>& path) {
    const configuration& now = path.back();
    if (now.next == 0 && (now.completed > best_completed_ || completed_ == 0)) {
      best_completed_ = now.completed;
      best_state_ = now.state;
      best_.clear();
      for (std::size_t i = 1; i < path.size(); ++i) best_.push_back(path[i].last);
    }
    return now.completed == completed_;
  }

  /// One operation more; nothing when all have been tried.
  std::optional<configuration> go_on(configuration& from) {
    while (from.next < nodes_.size()) {
      const std::size_t i = from.next++;
      const node& candidate = nodes_[i];
      if (from.done.contains(i) || !from.done.includes(candidate.after)) continue;
      configuration to{from.done, from.state, 0, i, from.completed};
      const auto result = apply_to<Spec, Operation, Result>(to.state, candidate.what->operation);
      if (!result || (!candidate.pending() && !(*result == *candidate.what->result))) continue;
      to.done.insert(i);
      to.completed += candidate.pending() ? 0 : 1;
      if (is_new(to)) return to;
    }
    return std::nullopt;
  }

  static std::size_t hash_of(const configuration& c) {
    if constexpr (requires { std::hash<Spec>()(c.state); }) {
      return c.done.hash() * 31 + std::hash<Spec>()(c.state);
    } else {
      return c.done.hash();
    }
  }

  bool is_new(const configuration& c) {
    auto& same_hash = known_[hash_of(c)];
    for (const auto& [done, state] : same_hash) {
      if (done == c.done && state == c.state) return false;
    }
    same_hash.emplace_back(c.done, c.state);
    return true;
  }

  const Spec initial_;
  std::vector<node> nodes_;
  std::size_t completed_ = 0;
  std::unordered_map<std::size_t, std::vector<std::pair<operation_set, Spec>>> known_;
  std::vector<std::size_t> best_;
  std::size_t best_completed_ = 0;
  Spec best_state_;
};

}  // namespace heddle::detail
