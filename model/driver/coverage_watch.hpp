// Measures the coverage of a session's executions, if it is asked to: has the engine keep call
// stacks, names their places, and leaves the summary behind when it is over.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "model/diagnose/coverage.hpp"
#include "model/explore/graph_recorder.hpp"
#include "model/report/locator.hpp"
#include "model/runtime/engine.hpp"

namespace heddle {

class coverage_watch {
 public:
  /// Does nothing unless `wanted`. The summary goes to `into` at the end of its life.
  coverage_watch(runtime::engine& e, bool wanted, std::optional<coverage_summary>& into);
  ~coverage_watch();
  coverage_watch(const coverage_watch&) = delete;
  coverage_watch& operator=(const coverage_watch&) = delete;

  /// Before each execution, and after it while the engine still knows it.
  void begin_execution();
  void look_at(const graph_recorder& search);

  /// Whether nothing new has come for long: diagnose::coverage has the rule.
  bool saturated() const { return coverage_ && coverage_->saturated(); }
  /// That, as the end of a reason.
  std::string words() const;

 private:
  runtime::engine& engine_;
  std::optional<coverage_summary>& into_;
  std::unique_ptr<report::symbolizer> names_;
  report::setting around_;
  std::optional<diagnose::coverage> coverage_;
};

}  // namespace heddle
