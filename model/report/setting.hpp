// What every rendering must know beyond the results: how addresses are named, from where paths are
// shown, and what to type to see a failing execution again.
#pragma once

#include <functional>
#include <string>

#include "model/diagnose/result.hpp"
#include "model/report/symbolizer.hpp"

namespace heddle::report {

struct setting {
  symbolizer* names = nullptr;  // null: places are shown as addresses
  std::string directory;        // absolute; files below it are shown relative to it

  /// The line to paste that replays the failure of this result, as in
  ///   ./build/release/bin/once_cell --filter once --replay TOKEN
  /// Called for results with a failure only. Empty: "--replay TOKEN" is shown.
  std::function<std::string(const check_result&)> replay_command;
};

/// The replay line of a result that has a failure; empty if the failure has no token.
inline std::string replay_line(const check_result& result, const setting& around) {
  if (!result.failure || result.failure->replay.empty()) return {};
  if (around.replay_command) return around.replay_command(result);
  return "--replay " + result.failure->replay;
}

}  // namespace heddle::report
