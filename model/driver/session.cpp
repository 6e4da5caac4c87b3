#include "model/driver/session.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

#include "model/driver/coverage_watch.hpp"
#include "model/driver/estimate_search.hpp"
#include "model/driver/judge.hpp"
#include "model/driver/library_spins.hpp"
#include "model/driver/recorded_run.hpp"
#include "model/driver/search_all.hpp"
#include "model/driver/shrink_failure.hpp"
#include "model/program/check_that.hpp"
#include "model/runtime/address_space.hpp"
#include "model/runtime/engine.hpp"
#include "model/runtime/output_capture.hpp"

namespace heddle {
namespace {

using clock = std::chrono::steady_clock;
using runtime::crash_guard;

double seconds_since(clock::time_point start) {
  return std::chrono::duration<double>(clock::now() - start).count();
}

runtime::engine_options engine_options_of(const session_options& options) {
  runtime::engine_options engine;
  engine.races = options.races;
  engine.keep_going = options.keep_going;
  engine.main_ends_program = options.main_ends_program;
  engine.spurious = options.spurious;
  engine.allocation_failures = options.allocation_failures;
  engine.seed = options.seed;
  engine.is_library_spin = library_spin_finder();
  return engine;
}

/// One session under way.
class session {
 public:
  session(const std::string& name, const std::function<void()>& body,
          const session_options& options, const progress_listener& listener)
      : options_(options),
        listener_(listener),
        engine_(body, engine_options_of(options)),
        judge_(options_, engine_, output_),
        start_(clock::now()) {
    result().name = name;
    result().memory_model = name_of(options.model);
    result().seed = options.seed;
  }

  check_result run() {
    if (!options_.replay.empty()) {
      replay_token();
    } else if (options_.estimate) {
      only_estimate();
    } else {
      result().mode = name_of(options_.mode);
      if (options_.mode == search_mode::exhaustive) {
        search_all(
            {options_, options_of_search(), engine_, output_, judge_,
             [this](double explored, const tally& others) { return out_of_time(explored, others); },
             [this] { return warn_of_a_long_search(); }});
      } else {
        explore_at_random();
      }
    }
    result().seconds = seconds_since(start_);
    // Now the search is over, and need not notice.
    if (result().failure && options_.shrink && options_.replay.empty()) {
      make_small(result(), engine_, output_, judge_.failing(), options_);
    }
    const bool conclusive =
        result().verdict == verdict::verified || result().verdict == verdict::failed;
    check_that(conclusive || !result().reason.empty(), "what is not conclusive has a reason");
    return std::move(result());
  }

 private:
  check_result& result() { return judge_.result(); }

  void replay_token() {
    result().mode = "replay";
    auto parsed = parse_token(options_.replay, result().name);
    if (auto* complaint = std::get_if<std::string>(&parsed)) return judge_.error(*complaint, {});
    const decisions& execution = std::get<decisions>(parsed);
    result().memory_model = name_of(execution.model);
    // Loops that the search had learnt to know are learnt here by running into them.
    recorded_run run;
    do {
      run = record_execution(engine_, output_, execution, options_.max_steps);
    } while (engine_.learned());
    if (run.diverged) return judge_.error(describe_misfit(*run.diverged), {});
    if (!run.complaint.empty()) return judge_.error(run.complaint, run.complaint_stack);
    result().executions = 1;
    result().threads = run.threads;
    result().max_events = run.events;
    if (!run.execution) {
      result().verdict = verdict::bounded;
      result().reason = "only the execution of the replay token was run, and it did not fail";
      return;
    }
    result().verdict = verdict::failed;
    result().failures = 1;
    result().failure = std::move(run.execution);
    result().failure->execution = 1;
    result().failure->replay = options_.replay;
  }

  double patience() const {
    return options_.seconds > 0 ? options_.seconds : usual_patience_seconds;
  }

  void only_estimate() {
    constexpr double seconds = 1;
    result().mode = "estimate";
    const probe_budget budget{seconds, options_.estimate_probes};
    const search_estimate estimate =
        estimate_search(engine_, output_, options_of_search(), options_.seed, budget, nullptr);
    if (const auto& use = engine_.unsupported()) return judge_.error(use->sentence, use->stack);
    result().estimate = estimate;
    judge_.bounded("nothing was searched (--estimate): " + words_for(estimate) +
                   advice_for(estimate, patience()));
  }

  /// Once, when a search has turned out not to be a small one. False: it has to start again.
  bool warn_of_a_long_search() {
    constexpr double small_seconds = 0.5, estimate_seconds = 0.25;
    if (!options_.warns || warned_ || !listener_ || seconds_since(start_) < small_seconds) {
      return true;
    }
    warned_ = true;
    bool learned = false;
    const search_estimate estimate = estimate_search(engine_, output_, options_of_search(),
                                                     options_.seed, {estimate_seconds}, &learned);
    if (learned) return false;
    const std::string advice = advice_for(estimate, patience());
    if (!advice.empty()) {
      listener_({result().executions, result().blocked, seconds_since(start_), estimate.executions,
                 words_for(estimate) + advice});
    }
    return true;
  }

  search_options options_of_search() {
    search_options options{.model = options_.model, .max_steps = options_.max_steps};
    options.near_the_bound = [this] {
      if (!judge_.knows_cut_loop()) engine_.watch();
    };
    return options;
  }

  /// Executions that are drawn: what was not seen may fail, so nothing is ever verified.
  void explore_at_random() {
    const auto scheduler = make_scheduler(options_.mode, options_.depth);
    random_search search(options_of_search(), *scheduler, options_.seed, options_.stale_percent);
    std::uint64_t limit = options_.executions;
    if (limit == 0 && options_.seconds == 0) limit = random_executions;
    coverage_watch coverage(engine_, options_.coverage, result().coverage);
    std::uint64_t looked_at = engine_.steps();
    std::uint64_t number = 0;
    while ((limit == 0 || number < limit) && !coverage.saturated()) {
      if (number == 0 || engine_.steps() - looked_at > 2000 || crash_guard::interrupted()) {
        looked_at = engine_.steps();
        if (out_of_time(0, {})) return;
      }
      search.begin_execution(number);
      output_.begin_execution();
      coverage.begin_execution();
      engine_.run(search);
      const ending how = search.end_execution();
      // What has just been learnt changes this execution; those before stand for themselves.
      if (engine_.learned()) continue;
      ++number;
      coverage.look_at(search);
      if (!judge_.look_at(search, how)) return;
    }
    std::string reason =
        fmt::format("{} execution{} drawn at random (--mode {}, --seed {}); there may be others",
                    number, number == 1 ? " was" : "s were", name_of(options_.mode), options_.seed);
    if (coverage.saturated()) reason += coverage.words();
    if (judge_.cut > 0) reason += "; " + judge_.cut_short();
    judge_.bounded(std::move(reason));
  }

  /// `fraction` of all executions has been seen; 0 if nobody knows. `others`: by other processes.
  bool out_of_time(double fraction, const tally& others) {
    if (crash_guard::interrupted()) {
      judge_.bounded("interrupted");
      return true;
    }
    const double seconds = seconds_since(start_);
    if (options_.seconds > 0 && seconds >= options_.seconds) {
      judge_.bounded(fmt::format("stopped after {:g} seconds (--time)", options_.seconds));
      return true;
    }
    if (listener_ && seconds - told_at_ > 0.1) {
      told_at_ = seconds;
      const std::uint64_t executions = result().executions + others.executions;
      const std::uint64_t blocked = result().blocked + others.blocked;
      const double total = fraction > 0 ? static_cast<double>(executions + blocked) / fraction : 0;
      listener_({executions, blocked, seconds, total, {}});
    }
    return false;
  }

  session_options options_;
  const progress_listener& listener_;
  runtime::output_capture output_;
  runtime::engine engine_;
  judge judge_;
  clock::time_point start_;
  double told_at_ = 0;
  bool warned_ = false;
};
}  // namespace

check_result run_session(const std::string& name, const std::function<void()>& body,
                         const session_options& options, const progress_listener& on_progress) {
  if (runtime::engine::inside()) {
    runtime::engine::visit v;
    v.e.cannot("explores from inside an exploration (heddle::explore is not re-entrant)");
  }
  try {
    if (std::string rival = runtime::rival_runtime(); !rival.empty()) {
      throw std::runtime_error(rival);
    }
    return session(name, body, options, on_progress).run();
  } catch (const std::exception& failed) {
    check_result result;
    result.name = name;
    result.memory_model = name_of(options.model);
    result.mode = name_of(options.mode);
    result.reason = failed.what();
    return result;
  }
}

}  // namespace heddle
