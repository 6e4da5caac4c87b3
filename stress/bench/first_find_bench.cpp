// How many executions a random scheduler needs until it finds a bug: for each check that is linked
// and named on the command line (all, if none is), each scheduler, without and with old values,
// over 100 seeds, the median, the 90th percentile, and how many seeds did not find it; with
// --sizes, too, what its failing execution needs when it has been made small (found by the
// portfolio, seed 1): context switches / old values.
//
//   first_find_bench [--seeds N] [--limit N] [--mode MODE]… [--stale PERCENT]… [--sizes] [CHECK…]
//
// scripts/first_find_table makes docs/first-find.md with it.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "model/driver/library_spins.hpp"
#include "model/driver/recorded_run.hpp"
#include "model/driver/registry.hpp"
#include "model/driver/session.hpp"
#include "model/explore/random_search.hpp"
#include "model/runtime/engine.hpp"

namespace heddle::bench {
namespace {

struct measurement {
  std::uint64_t seeds = 100;
  std::uint64_t limit = 10'000;    // executions per seed
  std::vector<search_mode> modes;  // none: all
  std::vector<unsigned> stale;     // percent; none: 0 and the usual
  bool sizes = false;
  std::vector<std::string_view> checks;
};

constexpr unsigned depth = 3;

/// The number of the first execution that fails, from 1; limit + 1 if none does.
std::uint64_t first_find(const driver::registered_check& check, search_mode mode,
                         unsigned stale_percent, std::uint64_t seed, std::uint64_t limit) {
  runtime::engine_options settings;
  settings.is_library_spin = library_spin_finder();
  runtime::engine engine(check.body, settings);
  const auto scheduler = make_scheduler(mode, depth);
  random_search search({.max_steps = 20'000}, *scheduler, seed, stale_percent);
  for (std::uint64_t n = 0; n < limit;) {
    search.begin_execution(n);
    engine.run(search);
    const ending how = search.end_execution();
    if (engine.learned()) continue;
    ++n;
    if (engine.failed() || is_deadlock(engine, how)) return n;
    if (how == ending::complete && lost_wakeup_of(engine, search, how)) return n;
  }
  return limit + 1;
}

/// "median / 90 % / how many never".
std::string summary(std::vector<std::uint64_t> found, std::uint64_t limit) {
  std::ranges::sort(found);
  const auto shown = [&](std::size_t percent) {
    const std::uint64_t n = found[(found.size() - 1) * percent / 100];
    return n > limit ? std::string("none") : std::to_string(n);
  };
  return fmt::format("{} / {} / {}", shown(50), shown(90), std::ranges::count(found, limit + 1));
}

/// "switches / old values" of what is left when a failure has been made small.
std::string size_made_small(const driver::registered_check& check, unsigned stale_percent) {
  session_options options;
  options.mode = search_mode::portfolio;
  options.depth = depth;
  options.stale_percent = stale_percent;
  options.seed = 1;
  const check_result found = run_session(check.name, check.body, options, {});
  if (!found.failure || !found.failure->needs) return "not found";
  const execution_size& needs = *found.failure->needs;
  return fmt::format("{} / {}", needs.switches, needs.stale_reads);
}

void measure(const driver::registered_check& check, const measurement& how) {
  for (const unsigned stale : how.stale) {
    fmt::print("| `{}` | {} |", check.name, stale);
    for (const search_mode mode : how.modes) {
      std::vector<std::uint64_t> found;
      for (std::uint64_t seed = 1; seed <= how.seeds; ++seed) {
        found.push_back(first_find(check, mode, stale, seed, how.limit));
      }
      fmt::print(" {} |", summary(std::move(found), how.limit));
      std::fflush(stdout);
    }
    if (how.sizes) fmt::print(" {} |", size_made_small(check, stale));
    fmt::print("\n");
  }
}

std::uint64_t number_or_exit(std::string_view text, std::uint64_t least) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number >= least) return number;
  fmt::print(stderr, "first_find_bench: not a number from {}: {}\n", least, text);
  std::exit(2);
}

search_mode mode_or_exit(std::string_view text) {
  for (const search_mode mode : all_search_modes) {
    if (mode != search_mode::exhaustive && text == name_of(mode)) return mode;
  }
  fmt::print(stderr, "first_find_bench: not a random mode: {}\n", text);
  std::exit(2);
}

measurement read_words(const std::vector<std::string_view>& words) {
  measurement how;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (!word.starts_with("--")) {
      how.checks.push_back(word);
      continue;
    }
    if (word == "--sizes") {
      how.sizes = true;
      continue;
    }
    const std::string_view given = ++i < words.size() ? words[i] : "";
    if (word == "--seeds") {
      how.seeds = number_or_exit(given, 1);
    } else if (word == "--limit") {
      how.limit = number_or_exit(given, 1);
    } else if (word == "--stale") {
      how.stale.push_back(static_cast<unsigned>(number_or_exit(given, 0)));
    } else if (word == "--mode") {
      how.modes.push_back(mode_or_exit(given));
    } else {
      fmt::print(stderr, "first_find_bench: no such option: {}\n", word);
      std::exit(2);
    }
  }
  if (how.stale.empty()) how.stale = {0, random_search::usual_stale_percent};
  if (how.modes.empty()) {
    how.modes.assign(std::begin(all_search_modes) + 1, std::end(all_search_modes));
  }
  return how;
}

int run(const std::vector<std::string_view>& words) {
  const measurement how = read_words(words);
  fmt::print("| check | stale |");
  for (const search_mode mode : how.modes) fmt::print(" {} |", name_of(mode));
  if (how.sizes) fmt::print(" made small |");
  fmt::print("\n|---|---|");
  for (std::size_t i = 0; i < how.modes.size() + (how.sizes ? 1 : 0); ++i) fmt::print("---|");
  fmt::print("\n");
  std::size_t measured = 0;
  for (const driver::registered_check& check : driver::registered_checks()) {
    const bool wanted = how.checks.empty() || std::ranges::count(how.checks, check.name) != 0;
    if (!wanted) continue;
    measure(check, how);
    ++measured;
  }
  if (measured >= std::max<std::size_t>(how.checks.size(), 1)) return 0;
  fmt::print(stderr, "first_find_bench: there is no check of that name\n");
  return 2;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) { return heddle::bench::run({argv + 1, argv + argc}); }
