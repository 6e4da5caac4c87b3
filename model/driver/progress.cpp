#include "model/driver/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/report/words.hpp"

namespace heddle::driver {
namespace {

constexpr double redraw_seconds = 0.1;

std::string duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::llround(std::clamp(seconds, 0.0, 1e9)));
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min", (whole + 30) / 60);
  return fmt::format("{} h", report::grouped((whole + 1800) / 3600));
}

std::string estimate(const progress& now) {
  if (!(now.estimated_executions > 0)) return {};
  const double done = static_cast<double>(now.executions);
  const double total = std::min(std::max(now.estimated_executions, done), 1e18);
  return fmt::format(", about {:.0f} % of {}", 100 * done / total,
                     report::grouped(static_cast<std::uint64_t>(total)));
}

}  // namespace

std::string progress_text(const std::string& name, const progress& now, double budget_seconds,
                          std::size_t width) {
  std::string text = fmt::format("{}: {} executions", name, report::grouped(now.executions));
  if (now.blocked > 0) text += fmt::format(", {} blocked", report::grouped(now.blocked));
  if (now.seconds > 0) {
    const double rate = static_cast<double>(now.executions) / now.seconds;
    text += fmt::format(", {} per second", report::grouped(static_cast<std::uint64_t>(rate)));
  }
  text += estimate(now);
  if (budget_seconds > 0) {
    text += fmt::format(", {} of --time left", duration(budget_seconds - now.seconds));
  }
  return text.substr(0, width);
}

progress_line::progress_line(std::FILE* terminal, std::string name, double budget_seconds,
                             std::size_t width)
    : terminal_(terminal),
      name_(std::move(name)),
      budget_seconds_(budget_seconds),
      width_(std::max<std::size_t>(width, 20) - 1) {}  // the last column would wrap

void progress_line::show(const progress& now) {
  if (terminal_ == nullptr || now.seconds < next_seconds_) return;
  next_seconds_ = now.seconds + redraw_seconds;
  drawn_ = true;
  fmt::print(terminal_, "\r{}\x1b[K", progress_text(name_, now, budget_seconds_, width_));
  std::fflush(terminal_);
}

void progress_line::clear() {
  if (!drawn_) return;
  drawn_ = false;
  fmt::print(terminal_, "\r\x1b[K");
  std::fflush(terminal_);
}

}  // namespace heddle::driver
