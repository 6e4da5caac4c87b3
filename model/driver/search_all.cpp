#include "model/driver/search_all.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <optional>
#include <thread>

#include "model/driver/recorded_run.hpp"
#include "model/explore/follower.hpp"
#include "model/runtime/crash_guard.hpp"

namespace heddle {
namespace {

using clock = std::chrono::steady_clock;

// How a message to the head begins that is no token.
constexpr char sentence_mark = '!';
constexpr char learned_mark = '?';  // before the token of an execution in which a loop was learnt

class all_executions {
 public:
  all_executions(const session_parts& parts, unsigned jobs) : parts_(parts), search_(parts.search) {
    if (jobs > 1) crew_.emplace(jobs);
  }

  enum class course : std::uint8_t { finished, again, again_alone };

  course operator()() {
    try {
      return run();
    } catch (const std::exception& failed) {
      if (!crew_ || crew_->is_head()) throw;
      crew_->tell(crew::message::conclusion, sentence_mark + std::string(failed.what()));
      crew_->leave();
    }
  }

 private:
  course run() {
    std::uint64_t looked_at = parts_.engine.steps();
    for (bool first = true;; first = false) {
      // Reading the clock costs as much as a few events.
      if (first || parts_.engine.steps() - looked_at > 2000 ||
          runtime::crash_guard::interrupted()) {
        looked_at = parts_.engine.steps();
        if (crew_) {
          if (const auto end = look_around()) return *end;
        }
        if (is_head() && is_over()) return course::finished;
        if (is_head() && !parts_.may_go_on()) return course::again;
      }
      if (!search_.begin_execution()) return nothing_left();
      if (!may_run_one()) return nothing_left();
      parts_.output.begin_execution();
      parts_.engine.run(search_);
      const ending how = search_.end_execution();
      if (parts_.engine.learned()) {
        if (!is_head()) hand_over(learned_mark + token_of(search_));
        return course::again;
      }
      const bool goes_on = parts_.judged.look_at(search_, how);
      if (crew_) crew_->publish(seen());
      if (!goes_on) return ended();
    }
  }

  bool is_head() const { return !crew_ || crew_->is_head(); }
  check_result& result() { return parts_.judged.result(); }

  bool may_run_one() {
    const std::uint64_t limit = parts_.options.executions;
    if (limit == 0) return true;
    const bool may =
        crew_ ? crew_->take_one_of(limit) : result().executions + result().blocked < limit;
    if (!may) limited_ = true;
    return may;
  }

  tally seen() {
    const check_result& now = result();
    return {.executions = now.executions,
            .blocked = now.blocked,
            .failures = now.failures,
            .cut = parts_.judged.cut,
            .unfinished = parts_.judged.unfinished,
            .max_events = now.max_events,
            .threads = now.threads,
            .explored = search_.explored_fraction()};
  }

  bool is_over() {
    const tally others = crew_ ? crew_->of_the_others() : tally();
    if (!parts_.is_over(search_.explored_fraction() + others.explored, others)) return false;
    ended();
    return true;
  }

  /// Nothing is left to do here, and the head has said why.
  course ended() {
    if (crew_) take_over();
    return course::finished;
  }

  course nothing_left() {
    if (crew_) {
      if (!is_head()) {
        crew_->publish(seen());
        crew_->leave();
      }
      crew_->rest();
      do {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (const auto end = news()) return *end;
        if (is_over()) return course::finished;
      } while (crew_->others_search());
      if (const auto end = news()) return *end;
      take_over();
    }
    if (limited_ || (crew_ && crew_->has_run_out(parts_.options.executions))) {
      const std::uint64_t all = result().executions + result().blocked;
      parts_.judged.bounded(
          fmt::format("stopped after {} execution{} (--executions)", all, all == 1 ? "" : "s"));
    } else {
      parts_.judged.all_seen();
    }
    return course::finished;
  }

  // ---- with others

  /// Takes part in the crew: hears what others say, and shares the work.
  std::optional<course> look_around() {
    if (!is_head() && crew_->is_over()) crew_->leave();
    if (is_head()) {
      if (const auto end = news()) return end;
    }
    // A fork costs milliseconds; the first alternatives are found, and loops learnt, by one.
    constexpr auto long_enough = std::chrono::milliseconds(30);
    if (!crew_->has_room() || search_.waiting() < 2 || clock::now() - split_at_ < long_enough) {
      return std::nullopt;
    }
    const crew::side side = crew_->split();
    split_at_ = clock::now();
    if (side == crew::side::old) search_.keep(exhaustive::half::even);
    if (side == crew::side::newcomer) become_newcomer();
    return std::nullopt;
  }

  void become_newcomer() {
    search_.keep(exhaustive::half::odd);
    parts_.engine.adopt_process();
    parts_.output.separate();
    parts_.judged.find_for([this](judge::finding what, const graph_recorder& search, ending how) {
      const bool diverged = how == ending::nondeterministic && !parts_.engine.failed() &&
                            !parts_.engine.unsupported() && !parts_.engine.stuck();
      std::string text = diverged ? sentence_mark + describe(search.diverged()) : token_of(search);
      switch (what) {
        case judge::finding::conclusion:
          hand_over(text);
        case judge::finding::first_failure:
          return crew_->tell(crew::message::first_failure, text);
        case judge::finding::first_cut:
          return crew_->tell(crew::message::first_cut, text);
      }
    });
  }

  std::string token_of(const graph_recorder& search) {
    return heddle::token_of(linearise(search.graph(), parts_.options.model), result().name);
  }

  [[noreturn]] void hand_over(const std::string& text) {
    crew_->tell(crew::message::conclusion, text);
    crew_->leave();
  }

  /// What others have come to that ends the search.
  std::optional<course> news() {
    if (const auto text = crew_->told(crew::message::conclusion)) return conclude(*text);
    if (const auto accident = crew_->casualty()) {
      take_over();
      parts_.judged.error(*accident, {});
      return course::finished;
    }
    return std::nullopt;
  }

  course conclude(const std::string& text) {
    take_over();
    if (text.front() == sentence_mark) {
      parts_.judged.error(text.substr(1), {});
      return course::finished;
    }
    const bool is_learned = text.front() == learned_mark;
    bool goes_on = true;
    repeat(text.substr(is_learned ? 1 : 0), [&](const graph_recorder& run, ending how) {
      goes_on = parts_.judged.look_at(run, how);
    });
    if (is_learned) return learned_ ? course::again : course::again_alone;
    if (goes_on && !learned_) {
      parts_.judged.error(
          "what one of the processes that search (--jobs) has found did not happen again when its "
          "execution was repeated: the program depends on something that heddle does not control",
          {});
    }
    return learned_ ? course::again : course::finished;
  }

  /// The others end; what they have seen, this process has seen.
  void take_over() {
    crew_->dismiss();
    const tally others = crew_->of_the_others();
    result().executions += others.executions;
    result().blocked += others.blocked;
    result().failures += others.failures;
    parts_.judged.cut += others.cut;
    parts_.judged.unfinished += others.unfinished;
    result().max_events = std::max(result().max_events, others.max_events);
    result().threads = std::max(result().threads, others.threads);
    const bool is_error = result().verdict == verdict::error && !result().reason.empty();
    if (is_error) return;
    if (const auto token = crew_->told(crew::message::first_cut);
        token && !parts_.judged.knows_cut_loop()) {
      repeat(*token, [this](const graph_recorder&, ending) { parts_.judged.note_cut(); });
    }
    if (const auto token = crew_->told(crew::message::first_failure)) {
      repeat(*token,
             [this](const graph_recorder& run, ending) { parts_.judged.tell_failure(run); });
    }
  }

  template <class Judge>
  void repeat(const std::string& token, const Judge& judge_it) {
    const auto parsed = parse_token(token, result().name);
    follower run(parts_.search, std::get<decisions>(parsed));
    run.begin_execution();
    parts_.output.begin_execution();
    parts_.engine.run(run);
    const ending how = run.end_execution();
    learned_ = parts_.engine.learned();
    if (!learned_) judge_it(run, how);
  }

  const session_parts& parts_;
  exhaustive search_;
  std::optional<crew> crew_;
  clock::time_point split_at_ = clock::now();
  bool limited_ = false;  // by --executions
  bool learned_ = false;  // from an execution that was repeated
};

}  // namespace

void search_all(const session_parts& parts) {
  unsigned jobs = parts.options.jobs;
  for (;;) {
    const auto course = all_executions(parts, jobs)();
    if (course == all_executions::course::finished) return;
    if (course == all_executions::course::again_alone) jobs = 1;
    parts.judged.reset();
  }
}

}  // namespace heddle
