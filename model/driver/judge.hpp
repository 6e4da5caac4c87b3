// Judges the executions of one check, one after the other, as they come out of a search, and keeps
// what will be the result.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "model/diagnose/result.hpp"
#include "model/driver/cut_loop.hpp"
#include "model/driver/session.hpp"
#include "model/explore/decisions.hpp"
#include "model/explore/graph_recorder.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/output_capture.hpp"

namespace heddle {

class judge {
 public:
  /// What only the process that has the result can tell of: it repeats the execution.
  enum class finding : std::uint8_t { conclusion, first_failure, first_cut };
  using finder = std::function<void(finding, const graph_recorder&, ending)>;

  judge(const session_options& options, runtime::engine& engine, runtime::output_capture& output)
      : options_(options), engine_(engine), output_(output) {}

  /// Judges the execution that has just ended. Whether to go on.
  bool look_at(const graph_recorder& search, ending how);
  /// Tells of the failure of an execution that was counted already, unless one was told of. False:
  /// it did not happen again, and the result is an error.
  bool tell_failure(const graph_recorder& search);
  /// Notes in which loop the execution was that has just been cut.
  void note_cut();

  /// The search is over: what came out of it.
  void all_seen();
  void bounded(std::string reason);
  void error(std::string sentence, call_stack stack);
  /// "… had more than … events (--max-steps) …"; empty if no execution was cut.
  std::string cut_short();
  /// Forgets all executions: the search starts again.
  void reset();

  /// For a process that searches for another: finds instead of telling. Its counts begin at 0.
  void find_for(finder found);

  check_result& result() { return result_; }
  /// The failing execution that was told of, as it was found.
  const decisions& failing() const { return failing_; }
  bool knows_cut_loop() const { return !loop_.sentence.empty(); }

  std::uint64_t cut = 0;         // executions that --max-steps has ended
  std::uint64_t unfinished = 0;  // that were left where threads give way to each other

 private:
  bool is_undecided(ending how) const;
  bool is_wrong(const graph_recorder& search, ending how) const;
  void count(ending how);
  void explain(const graph_recorder& search);

  const session_options& options_;
  runtime::engine& engine_;
  runtime::output_capture& output_;
  finder found_;  // empty: tells
  bool has_found_failure_ = false;
  cut_loop loop_;  // of the first that was cut
  decisions failing_;
  check_result result_;
};

}  // namespace heddle
