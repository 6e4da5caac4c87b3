// The exhaustive search of one session, by one process or by several (--jobs).
#pragma once

#include <functional>
#include <string>

#include "model/driver/crew.hpp"
#include "model/driver/judge.hpp"
#include "model/driver/session.hpp"
#include "model/explore/exhaustive.hpp"
#include "model/explore/graph_recorder.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/output_capture.hpp"

namespace heddle {

/// What a session is made of, and what it looks after between two executions.
struct session_parts {
  const session_options& options;
  search_options search;
  runtime::engine& engine;
  runtime::output_capture& output;
  judge& judged;
  /// Whether it has to end, which it has then said to `judged`. `explored`: how much of the search
  /// is done; 0 if nobody knows. `others`: what other processes have seen.
  std::function<bool(double explored, const tally& others)> is_over;
  /// A chance to say how long it will take. False: the search has to start again.
  std::function<bool()> may_go_on;
};

/// Explores every execution, or until the session is over: the judge has the result.
void search_all(const session_parts& parts);

}  // namespace heddle
