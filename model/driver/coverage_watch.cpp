#include "model/driver/coverage_watch.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace heddle {

coverage_watch::coverage_watch(runtime::engine& e, bool wanted,
                               std::optional<coverage_summary>& into)
    : engine_(e), into_(into) {
  if (!wanted) return;
  names_ = report::make_symbolizer();
  std::error_code ignored;
  around_.names = names_.get();
  around_.directory = std::filesystem::current_path(ignored).string();
  coverage_.emplace([this](const recorded_event& event) {
    const std::string place = report::locator(around_).exact_place(event.stack);
    return place.empty() ? std::string(event.operation)
                         : fmt::format("{} at {}", event.operation, place);
  });
}

coverage_watch::~coverage_watch() {
  if (!coverage_) return;
  engine_.record(false);
  into_ = coverage_->summary();
  into_->stopped_early = coverage_->saturated();
}

void coverage_watch::begin_execution() {
  if (coverage_) engine_.record(true);
}

void coverage_watch::look_at(const graph_recorder& search) {
  if (!coverage_) return;
  coverage_->add(search.graph(), search.model(),
                 [this](thread_id t, std::uint32_t index) { return engine_.recorded(t, index); });
}

std::string coverage_watch::words() const {
  const coverage_summary seen = coverage_->summary();
  return fmt::format("; the last {} showed nothing new (--coverage)",
                     seen.executions - seen.last_new);
}

}  // namespace heddle
