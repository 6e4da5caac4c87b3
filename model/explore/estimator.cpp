#include "model/explore/estimator.hpp"

#include <cmath>
#include <optional>

namespace heddle {
namespace {

/// The event that has this alternative.
event_id branching_event(const work_item& item) {
  return item.what == work_item::kind::backward ? item.source : item.at;
}

/// Goes along the canonical execution, from one event with alternatives to the next, until it takes
/// one of these: its number. `weight` is multiplied by the branches at each event.
std::optional<std::size_t> leave_canonical(std::span<const work_item> found, random_source& random,
                                           double& weight) {
  for (std::size_t begin = 0; begin < found.size();) {
    std::size_t end = begin;
    const event_id at = branching_event(found[begin]);
    while (end < found.size() && branching_event(found[end]) == at) ++end;
    const std::size_t branches = 1 + end - begin;
    weight *= static_cast<double>(branches);
    if (const std::uint64_t branch = random.below(branches); branch != 0) return begin + branch - 1;
    begin = end;
  }
  return std::nullopt;
}

}  // namespace

void estimator::begin_execution() {
  ++executions_;
  if (in_probe_) return;
  in_probe_ = true;
  weight_ = 1;
  search_.restart();
  search_.begin_execution();
}

void estimator::end_execution() {
  std::optional<std::size_t> taken = leave_canonical(search_.found(), random_, weight_);
  if (!taken) return end_probe(weight_);
  while (!search_.descend(*taken)) {
    const std::size_t branches = search_.found().size();
    if (branches == 0) return end_probe(0);
    weight_ *= static_cast<double>(branches);
    taken = random_.below(branches);
  }
}

void estimator::end_probe(double leaves) {
  in_probe_ = false;
  ++probes_;
  const double distance = leaves - mean_;
  mean_ += distance / static_cast<double>(probes_);
  squares_ += distance * (leaves - mean_);
}

void estimator::restart() {
  in_probe_ = false;
  probes_ = 0;
  mean_ = squares_ = 0;
}

double estimator::standard_error() const {
  if (probes_ < 2) return 0;
  const double n = static_cast<double>(probes_);
  return std::sqrt(squares_ / (n - 1) / n);
}

}  // namespace heddle
