#include "model/driver/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "model/driver/coverage_watch.hpp"
#include "model/driver/cut_loop.hpp"
#include "model/driver/estimate_search.hpp"
#include "model/driver/library_spins.hpp"
#include "model/driver/recorded_run.hpp"
#include "model/driver/shrink_failure.hpp"
#include "model/driver/weak_memory.hpp"
#include "model/explore/exhaustive.hpp"
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
        start_(clock::now()) {
    result_.name = name;
    result_.memory_model = name_of(options.model);
    result_.seed = options.seed;
  }

  check_result run() {
    if (!options_.replay.empty()) {
      replay_token();
    } else if (options_.estimate) {
      only_estimate();
    } else {
      result_.mode = name_of(options_.mode);
      if (options_.mode == search_mode::exhaustive) {
        while (!explore()) reset();
      } else {
        explore_at_random();
      }
    }
    result_.seconds = seconds_since(start_);
    // Now the search is over, and need not notice.
    if (result_.failure && options_.shrink && options_.replay.empty()) {
      make_small(result_, engine_, output_, failing_, options_);
    }
    const bool conclusive =
        result_.verdict == verdict::verified || result_.verdict == verdict::failed;
    check_that(conclusive || !result_.reason.empty(), "what is not conclusive has a reason");
    return std::move(result_);
  }

 private:
  void replay_token() {
    result_.mode = "replay";
    auto parsed = parse_token(options_.replay, result_.name);
    if (auto* complaint = std::get_if<std::string>(&parsed)) return error(*complaint, {});
    const decisions& execution = std::get<decisions>(parsed);
    result_.memory_model = name_of(execution.model);
    // Loops that the search had learnt to know are learnt here by running into them.
    recorded_run run;
    do {
      run = record_execution(engine_, output_, execution, options_.max_steps);
    } while (engine_.learned());
    if (run.diverged) return error(describe_misfit(*run.diverged), {});
    if (!run.complaint.empty()) return error(run.complaint, run.complaint_stack);
    result_.executions = 1;
    result_.threads = run.threads;
    result_.max_events = run.events;
    if (!run.execution) {
      result_.verdict = verdict::bounded;
      result_.reason = "only the execution of the replay token was run, and it did not fail";
      return;
    }
    result_.verdict = verdict::failed;
    result_.failures = 1;
    result_.failure = std::move(run.execution);
    result_.failure->execution = 1;
    result_.failure->replay = options_.replay;
  }

  double patience() const {
    return options_.seconds > 0 ? options_.seconds : usual_patience_seconds;
  }

  void only_estimate() {
    constexpr double seconds = 1;
    result_.mode = "estimate";
    const probe_budget budget{seconds, options_.estimate_probes};
    const search_estimate estimate =
        estimate_search(engine_, output_, options_of_search(), options_.seed, budget, nullptr);
    if (const auto& use = engine_.unsupported()) return error(use->sentence, use->stack);
    result_.estimate = estimate;
    bounded("nothing was searched (--estimate): " + words_for(estimate) +
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
      listener_({result_.executions, result_.blocked, seconds_since(start_), estimate.executions,
                 words_for(estimate) + advice});
    }
    return true;
  }

  void reset() {
    result_.executions = result_.blocked = result_.failures = 0;
    result_.reason.clear();
    result_.failure.reset();
    cut_ = unfinished_ = 0;
    loop_ = {};
  }

  search_options options_of_search() {
    search_options options{.model = options_.model, .max_steps = options_.max_steps};
    options.near_the_bound = [this] {
      if (loop_.sentence.empty()) engine_.watch();
    };
    return options;
  }

  /// Executions that are drawn: what was not seen may fail, so nothing is ever verified.
  void explore_at_random() {
    const auto scheduler = make_scheduler(options_.mode, options_.depth);
    random_search search(options_of_search(), *scheduler, options_.seed, options_.stale_percent);
    std::uint64_t limit = options_.executions;
    if (limit == 0 && options_.seconds == 0) limit = random_executions;
    coverage_watch coverage(engine_, options_.coverage, result_.coverage);
    std::uint64_t looked_at = engine_.steps();
    std::uint64_t number = 0;
    while ((limit == 0 || number < limit) && !coverage.saturated()) {
      if (number == 0 || engine_.steps() - looked_at > 2000 || crash_guard::interrupted()) {
        looked_at = engine_.steps();
        if (out_of_time(0)) return;
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
      if (!judge(search, how)) return;
    }
    std::string reason =
        fmt::format("{} execution{} drawn at random (--mode {}, --seed {}); there may be others",
                    number, number == 1 ? " was" : "s were", name_of(options_.mode), options_.seed);
    if (coverage.saturated()) reason += coverage.words();
    if (cut_ > 0) reason += "; " + cut_short();
    bounded(std::move(reason));
  }

  /// That executions were, and in which loop.
  std::string cut_short() {
    result_.reason_stack = loop_.stack;
    return fmt::format("{} execution{} had more than {} events (--max-steps) and {} cut short{}{}",
                       cut_, cut_ == 1 ? "" : "s", options_.max_steps, cut_ == 1 ? "was" : "were",
                       loop_.sentence.empty() ? "" : "; ", loop_.sentence);
  }

  /// False: the search has to start again.
  bool explore() {
    exhaustive search(options_of_search());
    std::uint64_t looked_at = engine_.steps();
    for (bool first = true;; first = false) {
      // Reading the clock costs as much as a few events.
      if (first || engine_.steps() - looked_at > 2000 || crash_guard::interrupted()) {
        looked_at = engine_.steps();
        if (out_of_time(search.explored_fraction())) return true;
        if (!warn_of_a_long_search()) return false;
      }
      if (!search.begin_execution()) break;
      const std::uint64_t seen = result_.executions + result_.blocked;
      if (options_.executions != 0 && seen >= options_.executions) {
        bounded(
            fmt::format("stopped after {} execution{} (--executions)", seen, seen == 1 ? "" : "s"));
        return true;
      }
      output_.begin_execution();
      engine_.run(search);
      const ending how = search.end_execution();
      if (engine_.learned()) return false;
      if (!judge(search, how)) return true;
    }
    if (result_.failures > 0) {
      result_.verdict = verdict::failed;
    } else if (cut_ > 0) {
      bounded(cut_short());
    } else if (unfinished_ > 0) {
      bounded(
          fmt::format("{} execution{} left where threads had given way to each other, and tried "
                      "again, more often than is followed",
                      unfinished_, unfinished_ == 1 ? " was" : "s were"));
    } else {
      result_.verdict = verdict::verified;
    }
    return true;
  }

  /// Whether to go on.
  bool judge(const graph_recorder& search, ending how) {
    const auto events = static_cast<std::uint32_t>(search.graph().size());
    result_.max_events = std::max(result_.max_events, events);
    if (engine_.threads_used() > result_.threads) result_.threads = engine_.threads_used();
    if (const auto& use = engine_.unsupported()) {
      error(use->sentence, use->stack);
      return false;
    }
    if (how == ending::nondeterministic && !engine_.failed()) {
      // After a race what a plain read sees is nobody's promise: that failure stands.
      if (result_.failures == 0) error(describe(search.diverged()), {});
      return false;
    }
    if (const auto& stuck = engine_.stuck()) {
      bounded(
          fmt::format("a thread ran for {} seconds without any visible operation; heddle "
                      "cannot explore a loop that nothing outside can end",
                      runtime::engine_options{}.patience_seconds));
      result_.reason_stack = *stuck;
      return false;
    }
    if (engine_.beyond_bounds()) {
      ++result_.blocked;
      return true;
    }
    if (engine_.failed()) {
      ++result_.executions;  // one that was seen, whatever its other threads then waited for
      return failed(search);
    }
    bool wrong = false;
    switch (how) {
      case ending::complete:
        ++result_.executions;
        wrong = lost_wakeup_of(engine_, search, how).has_value();
        break;
      case ending::blocked:
        ++result_.blocked;
        break;
      case ending::deadlock:
        ++result_.blocked;
        wrong = is_deadlock(engine_, how);
        break;
      case ending::cut:
        ++cut_;
        if (loop_.sentence.empty()) loop_ = loop_of_cut(engine_);
        break;
      case ending::unfinished:
        ++unfinished_;
        break;
      case ending::abandoned:
      case ending::nondeterministic:
        ++result_.executions;
        break;
    }
    return !wrong || failed(search);
  }

  /// Whether to go on.
  bool failed(const graph_recorder& search) {
    ++result_.failures;
    if (!result_.failure) {
      const std::uint64_t number = result_.executions + result_.blocked;
      const decisions& execution = failing_ = linearise(search.graph(), options_.model);
      const bool sequential = is_sequentially_consistent(search.graph());
      const std::string message =
          engine_.failed() ? engine_.failed()->message : "threads that wait for ever";
      recorded_run run = record_execution(engine_, output_, execution, options_.max_steps);
      if (!run.complaint.empty() || !run.execution) {
        error(run.complaint.empty()
                  ? "a failure (" + message +
                        ") did not happen again when its execution was repeated: the program "
                        "depends on something that heddle does not control"
                  : run.complaint,
              run.complaint_stack);
        return false;
      }
      result_.failure = std::move(run.execution);
      result_.failure->execution = number;
      result_.failure->replay = token_of(execution, result_.name);
      result_.failure->needs_weak_memory =
          sequential || options_.model == memory_model::sc
              ? weak_memory_need::no
              : needs_weak_memory(engine_, output_, result_.failure->what.kind, options_.max_steps);
      result_.verdict = verdict::failed;
    }
    return options_.keep_going;
  }

  /// `fraction` of all executions has been seen; 0 if nobody knows.
  bool out_of_time(double fraction) {
    if (crash_guard::interrupted()) {
      bounded("interrupted");
      return true;
    }
    const double seconds = seconds_since(start_);
    if (options_.seconds > 0 && seconds >= options_.seconds) {
      bounded(fmt::format("stopped after {:g} seconds (--time)", options_.seconds));
      return true;
    }
    if (listener_ && seconds - told_at_ > 0.1) {
      told_at_ = seconds;
      const double seen = static_cast<double>(result_.executions + result_.blocked);
      const double total = fraction > 0 ? seen / fraction : 0;
      listener_({result_.executions, result_.blocked, seconds, total, {}});
    }
    return false;
  }

  void bounded(std::string reason) {
    result_.verdict = result_.failures > 0 ? verdict::failed : verdict::bounded;
    result_.reason = std::move(reason);
  }

  void error(std::string sentence, call_stack stack) {
    result_.verdict = verdict::error;
    result_.reason = std::move(sentence);
    result_.reason_stack = std::move(stack);
    result_.failure.reset();
  }

  session_options options_;
  const progress_listener& listener_;
  runtime::output_capture output_;
  runtime::engine engine_;
  clock::time_point start_;
  double told_at_ = 0;
  bool warned_ = false;
  std::uint64_t cut_ = 0;
  std::uint64_t unfinished_ = 0;
  cut_loop loop_;      // of the first that was cut
  decisions failing_;  // the first failing execution, as it was found
  check_result result_;
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
