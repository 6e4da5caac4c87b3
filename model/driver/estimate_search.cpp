#include "model/driver/estimate_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "model/explore/estimator.hpp"
#include "model/runtime/crash_guard.hpp"

namespace heddle {
namespace {

/// "5,040", or "3·10^9" where nobody wants to know more.
std::string rounded(double number) {
  if (number < 10'000) return fmt::format("{:.0f}", number);
  const double exponent = std::floor(std::log10(number));
  double first = std::round(number / std::pow(10, exponent));
  if (first >= 10) return fmt::format("10^{:.0f}", exponent + 1);
  return first == 1 ? fmt::format("10^{:.0f}", exponent)
                    : fmt::format("{:.0f}·10^{:.0f}", first, exponent);
}

std::string duration(double seconds) {
  constexpr double minute = 60, hour = 3600, day = 24 * hour, year = 365 * day;
  if (seconds < 1) return "less than a second";
  if (seconds < 2 * minute) return fmt::format("{:.0f} s", seconds);
  if (seconds < 2 * hour) return fmt::format("{:.0f} min", seconds / minute);
  if (seconds < 4 * day) return fmt::format("{:.0f} h", seconds / hour);
  if (seconds < 2 * year) return fmt::format("{:.0f} days", seconds / day);
  return rounded(seconds / year) + " years";
}

}  // namespace

search_estimate estimate_search(runtime::engine& engine, runtime::output_capture& output,
                                const search_options& options, std::uint64_t seed,
                                const probe_budget& budget, bool* learned) {
  using clock = std::chrono::steady_clock;
  const auto start = clock::now();
  const auto elapsed = [start] {
    return std::chrono::duration<double>(clock::now() - start).count();
  };
  estimator probes(options, seed);
  const auto is_settled = [&] {
    if (budget.probes != 0) return probes.probes() >= budget.probes;
    const bool precise = probes.probes() >= 1'000 && probes.standard_error() < probes.mean() / 100;
    return precise || elapsed() >= budget.seconds;
  };
  while (!is_settled() || probes.probes() < 2) {
    if (runtime::crash_guard::interrupted()) break;
    probes.begin_execution();
    output.begin_execution();
    engine.run(probes.search());
    probes.search().end_execution();
    if (engine.unsupported() || engine.stuck()) break;
    if (engine.learned()) {
      if (learned != nullptr) {
        *learned = true;
        break;
      }
      probes.restart();
      continue;
    }
    probes.end_execution();
  }
  search_estimate estimate;
  estimate.executions = probes.mean();
  estimate.standard_error = probes.standard_error();
  estimate.probes = probes.probes();
  estimate.seconds = probes.mean() * elapsed() /
                     static_cast<double>(std::max<std::uint64_t>(probes.executions(), 1));
  return estimate;
}

std::string words_for(const search_estimate& estimate) {
  // Above this the distribution of the mean is far from a normal one, and its median below it.
  constexpr double much = 0.2;
  if (estimate.probes < 2) return "no estimate of the number of executions";
  std::string text = "about " + rounded(estimate.executions) + " executions";
  if (estimate.standard_error > 0 && estimate.executions > 0) {
    const double error = estimate.standard_error / estimate.executions;
    text += fmt::format(" (± {:.0f} %{})", 100 * error,
                        error > much ? ", rather too low than too high" : "");
  }
  return text + ", " + duration(estimate.seconds);
}

std::string advice_for(const search_estimate& estimate, double limit_seconds) {
  if (estimate.probes < 2 || estimate.seconds <= limit_seconds) return {};
  return "; use --mode portfolio --time 600 to look for failures only, or --jobs with more "
         "processors";
}

}  // namespace heddle
