// An execution as a list of decisions: who runs when, and where a read, a write or a choice was
// not the canonical one. Structure only, so it can be followed in another process (follower), and
// written as a token to paste (token.cpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/graph/execution_graph.hpp"
#include "model/memory_model/memory_model.hpp"

namespace heddle {

struct decisions {
  /// The thread performs so many operations in a row (a read-modify-write is one). Threads are
  /// numbered in the order in which they are created here.
  struct segment {
    thread_id thread = 0;
    std::uint32_t operations = 0;
    friend bool operator==(const segment&, const segment&) = default;
  };
  /// Operation number `operation`, from 0 in time, is `distance` away from the canonical one: so
  /// many writes before the co-maximal, or the so-manieth alternative.
  struct deviation {
    std::uint32_t operation = 0;
    std::uint32_t distance = 0;
    friend bool operator==(const deviation&, const deviation&) = default;
  };
  memory_model model = memory_model::cpp20;
  std::vector<segment> schedule;
  std::vector<deviation> deviations;
  friend bool operator==(const decisions&, const decisions&) = default;
};

/// The execution of a graph in time: sequentially consistent if the graph is, else with reads
/// after what they read, and few switches between threads.
decisions linearise(const execution_graph& graph, memory_model model);

/// The execution of a graph whose events were added in time, as they were.
decisions in_time(const execution_graph& graph, memory_model model);

/// The token of an execution of the check `name`: "h1-…", letters, digits, '-' and '_'.
std::string token_of(const decisions& execution, std::string_view name);

/// The execution that a token stands for; or, in a sentence, what is wrong with the token.
std::variant<decisions, std::string> parse_token(std::string_view token, std::string_view name);

}  // namespace heddle
