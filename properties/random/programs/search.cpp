// rapidcheck makes the programs and shrinks them; heddle judges each. Nothing is generated while a
// program runs, so a schedule never decides what the next program is.
//
// Swarm (Groce et al., "Swarm testing", ISSTA 2012): each program uses some of the operations only
// (each with probability 3/4), drawn anew, since the presence of some keeps others' bugs away.
//
// What fails is made small in two steps: the program by rapidcheck, with executions as they are
// found, and then the execution of the smallest program by heddle.
#include "properties/random/programs/search.hpp"

#include <rapidcheck.h>
#include <rapidcheck/detail/Configuration.h>
#include <rapidcheck/detail/TestListenerAdapter.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <heddle/explore.hpp>
#include <stdexcept>

namespace programs {
namespace {

/// What is simpler than this step: an earlier operation, or a smaller argument. Of all operations:
/// the swarm decides what is drawn, not what is shown.
std::vector<step> simpler(const subject& of, const step& than) {
  std::vector<step> all;
  for (unsigned what = 0; what < than.what; ++what) {
    const int values = of.operations[what].values;
    all.push_back({what, values == 0 ? 0 : std::clamp(than.value, 1, values)});
  }
  for (int value = 1; value < than.value; ++value) all.push_back({than.what, value});
  return all;
}

rc::Gen<step> steps_among(const subject& of, const std::vector<unsigned>& allowed) {
  const auto which = rc::gen::inRange<std::size_t>(0, allowed.size());
  const auto argument = rc::gen::inRange(0, 1 << 16);
  return [&of, allowed, which, argument](const rc::Random& random, int size) {
    rc::Random first = random;
    rc::Random second = first.split();
    const unsigned what = allowed[which(first, size).value()];
    const int values = of.operations[what].values;
    const int value = values == 0 ? 0 : 1 + argument(second, size).value() % values;
    return rc::shrinkable::shrinkRecur(step{what, value}, [&of](const step& than) {
      return rc::seq::fromContainer(simpler(of, than));
    });
  };
}

std::vector<unsigned> operations_of(const subject& of, unsigned mask) {
  std::vector<unsigned> allowed;
  for (unsigned i = 0; i < of.operations.size(); ++i) {
    if ((mask >> i & 1) != 0) allowed.push_back(i);
  }
  return allowed;
}

/// A set of operations, as bits; never the empty one.
rc::Gen<unsigned> swarms_of(const subject& of) {
  const unsigned all = (1u << of.operations.size()) - 1;
  const auto some = rc::gen::inRange(0u, all + 1);
  const auto both = [all](unsigned a, unsigned b) { return (a | b) == 0 ? all : a | b; };
  if (!of.swarm) return rc::gen::just(all);
  return rc::gen::resize(100, rc::gen::noShrink(rc::gen::apply(both, some, some)));
}

// gen::resize: the size bounds the length of a container, and is 100 for what is in it.
rc::Gen<program> programs_of(const subject& of) {
  return rc::gen::mapcat(swarms_of(of), [&of](unsigned mask) {
    const auto one = rc::gen::resize(100, steps_among(of, operations_of(of, mask)));
    const auto thread =
        rc::gen::resize(static_cast<int>(of.steps_max), rc::gen::container<std::vector<step>>(one));
    return rc::gen::resize(static_cast<int>(of.threads_max), rc::gen::container<program>(thread));
  });
}

/// Too small to be worth a run, as long as nothing has failed.
bool is_trivial(const program& which) {
  const auto busy =
      std::count_if(which.begin(), which.end(), [](const auto& thread) { return !thread.empty(); });
  return busy < 2 || steps_in(which) < 3;
}

heddle::result run_as_it_is(const subject& of, const program& which) {
  heddle::result r;
  r.executions = 1;
  r.verdict = "verified";
  try {
    of.run(which);
  } catch (const std::exception& wrong) {
    r.verdict = "failed";
    r.failure_kind = "exception";
    r.failure_message = wrong.what();
  }
  return r;
}

/// Explores a program as its size asks for: in full, or by executions that are drawn.
class judge {
 public:
  judge(const test_case& of, const program& which, const budget& limits, bool shrink)
      : limits_(limits), body_([&of, &which] { of.of->run(which); }) {
    options_.name = of.name;
    options_.shrink = shrink;
    options_.seed = 1;
  }

  heddle::result operator()() {
    if (const char* const token = std::getenv("HEDDLE_REPLAY")) {
      options_.replay = token;
      return heddle::explore(body_, options_);
    }
    heddle::result r = explore(limits_.at_once);
    if (r.verdict == "bounded" && estimate() <= static_cast<double>(limits_.exhausted)) {
      r = explore(2 * limits_.exhausted);
    }
    if (r.verdict != "bounded") return r;
    options_.mode = "portfolio";
    return explore(limits_.drawn);
  }
  std::size_t executions() const { return executions_; }

 private:
  heddle::result explore(std::size_t most) {
    options_.executions = most;
    heddle::result r = heddle::explore(body_, options_);
    executions_ += r.executions + r.blocked;
    return r;
  }
  double estimate() {
    heddle::options probing = options_;
    probing.estimate_probes = 20;
    return heddle::explore(body_, probing).estimated_executions;
  }

  const budget& limits_;
  const std::function<void()> body_;
  heddle::options options_;
  std::size_t executions_ = 0;
};

/// Judges programs and remembers what became of them.
class trial {
 public:
  trial(const test_case& of, const budget& limits) : of_(of), limits_(limits) {}

  /// Whether the program holds, as far as is known.
  bool holds(const program& which) {
    const heddle::result r = judged(which, false);
    ++(out.failed ? out.shrinks : out.tried);
    const bool bounded = r.verdict == "bounded";
    if (bounded && !out.failed) ++out.drawn;
    if (r.verified() || bounded) return true;
    if (!out.failed) out.first = which;
    out.failed = true;
    out.smallest = which;
    return false;
  }

  void conclude(const rc::detail::TestResult& result) {
    if (result.is<rc::detail::GaveUpResult>()) {
      out.error = result.get<rc::detail::GaveUpResult>().description;
    } else if (result.is<rc::detail::Error>()) {
      out.error = result.get<rc::detail::Error>().description;
    } else if (result.is<rc::detail::FailureResult>()) {
      const auto& failure = result.get<rc::detail::FailureResult>();
      if (!out.failed) {
        out.error = failure.description;
        return;
      }
      tell_smallest();
      rc::detail::Configuration repeat;
      repeat.reproduce[of_.name] = failure.reproduce;
      out.again = "RC_PARAMS=\"" + rc::detail::configToMinimalString(repeat) + "\"";
      if (!token_.empty()) out.again += " HEDDLE_REPLAY=" + token_;
    }
  }

  outcome out;

 private:
  heddle::result judged(const program& which, bool shrink) {
    if (!of_.of->explored) return run_as_it_is(*of_.of, which);
    judge explores(of_, which, limits_, shrink);
    heddle::result r = explores();
    out.executions += explores.executions();
    return r;
  }

  /// The smallest program once more, with its execution made small.
  void tell_smallest() {
    const heddle::result r = judged(out.smallest, true);
    out.why = r.failed() ? r.failure_kind + ": " + r.failure_message : "error: " + r.reason;
    out.report = r.text;
    token_ = r.replay;
  }

  const test_case& of_;
  const budget& limits_;
  std::string token_;
};

}  // namespace

outcome search(const test_case& of, const budget& limits) {
  rc::detail::Configuration configuration;
  configuration.testParams.seed = 1;
  configuration.testParams.maxSuccess = static_cast<int>(limits.programs);
  configuration.testParams.maxDiscardRatio = 100;
  const char* const wanted = std::getenv("RC_PARAMS");
  if (wanted != nullptr) configuration = rc::detail::configFromString(wanted, configuration);

  const bool repeats = configuration.reproduce.contains(of.name);
  trial judged(of, limits);
  const auto property = [&] {
    const program which = *programs_of(*of.of);
    RC_PRE(repeats || judged.out.failed || !is_trivial(which));
    if (!judged.holds(which)) RC_FAIL("fails");
  };
  judged.out.replayed = std::getenv("HEDDLE_REPLAY") != nullptr;
  rc::detail::TestListenerAdapter quiet;
  judged.conclude(rc::detail::checkTestable(property, rc::detail::TestMetadata{of.name, of.name},
                                            configuration.testParams, quiet,
                                            configuration.reproduce));
  return judged.out;
}

}  // namespace programs
