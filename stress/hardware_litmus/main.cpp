// hardware_litmus: litmus tests on this processor, beside the outcomes that heddle allows.
//
// Exit status 0: nothing was seen that is not allowed; 1: something was; 2: called wrongly.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "stress/hardware_litmus/hammer.hpp"

namespace heddle::hardware_litmus {
namespace {

struct settings {
  double seconds = 10;
  std::uint64_t rounds = UINT64_MAX;
  std::uint64_t seed = 1;
  std::string filter = "*";
  std::string model = "cpp20";
  std::string plant;
  std::string json;
  bool tables = false;
  bool list = false;
};

memory_model model_of(const std::string& name) {
  if (name == "sc") return memory_model::sc;
  return name == "rc11" ? memory_model::rc11 : memory_model::cpp20;
}

/// `*` stands for anything.
bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] != '*')
    return !name.empty() && pattern[0] == name[0] && matches(pattern.substr(1), name.substr(1));
  return matches(pattern.substr(1), name) || (!name.empty() && matches(pattern, name.substr(1)));
}

struct judged {
  const native_program* program = nullptr;
  std::uint64_t rounds = 0;
  std::vector<graded_outcome> outcomes;
};

/// Makes the tool wrong on purpose, so that a test sees it notice: `forget` takes the outcome that
/// is seen most from the allowed ones, `misreport` reports one as seen that cannot be.
void plant(const std::string& what, histogram& seen, std::set<outcome>& allowed) {
  if (what == "misreport") {
    outcome impossible = seen.begin()->first;
    impossible.back() = -12345;
    ++seen[impossible];
  } else if (what == "forget") {
    allowed.erase(std::max_element(seen.begin(), seen.end(), [](const auto& a, const auto& b) {
                    return a.second < b.second;
                  })->first);
  }
}

judged judge(const native_program& program, const settings& wanted, const hammer_options& how) {
  std::set<outcome> allowed = allowed_outcomes(program, model_of(wanted.model));
  histogram seen = hammer(program, how);
  plant(wanted.plant, seen, allowed);
  judged result{&program, 0, {}};
  for (const auto& [values, times] : seen) result.rounds += times;
  result.outcomes = graded(seen, allowed, allowed_outcomes(program, memory_model::sc));
  return result;
}

void print(const judged& one, const settings& wanted) {
  const std::size_t not_seen = count(one.outcomes, grade::not_seen);
  const std::size_t forbidden = count(one.outcomes, grade::forbidden);
  const std::size_t interesting = count(one.outcomes, grade::interesting);
  fmt::print("{:<28} {:>3} {:>11} {:>6} {:>8} {:>12} {:>10}  {}\n", one.program->name,
             one.program->threads.size(), one.rounds, one.outcomes.size() - not_seen - forbidden,
             not_seen, interesting, forbidden, forbidden == 0 ? "ok" : "FORBIDDEN SEEN");
  if (forbidden != 0 || wanted.tables) fmt::print("{}", table(*one.program, one.outcomes));
  for (const graded_outcome& bad : one.outcomes) {
    if (bad.how != grade::forbidden) break;
    fmt::print(
        "{}: the outcome {} was seen {} times in {} rounds, and heddle does not allow it "
        "under {}: one of the two is wrong\n",
        one.program->name, describe(*one.program, bad.values), bad.times, one.rounds, wanted.model);
  }
  std::fflush(stdout);
}

nlohmann::ordered_json told(const judged& one) {
  nlohmann::ordered_json outcomes = nlohmann::ordered_json::array();
  for (const graded_outcome& o : one.outcomes) {
    outcomes.push_back({{"outcome", describe(*one.program, o.values)},
                        {"times", o.times},
                        {"grade", name_of(o.how)}});
  }
  return {{"name", one.program->name},
          {"threads", one.program->threads.size()},
          {"rounds", one.rounds},
          {"outcomes", std::move(outcomes)}};
}

void write_json(const settings& wanted, bool failed, nlohmann::ordered_json programs) {
  std::ofstream file(wanted.json);
  file << nlohmann::ordered_json{{"schema", 1},
                                 {"memory_model", wanted.model},
                                 {"seed", wanted.seed},
                                 {"verdict", failed ? "failed" : "passed"},
                                 {"programs", std::move(programs)}}
              .dump(1)
       << "\n";
  if (!file.flush()) throw std::runtime_error("cannot write " + wanted.json);
}

int run(const settings& wanted) {
  std::vector<const native_program*> chosen;
  for (const native_program& program : programs()) {
    if (matches(wanted.filter, program.name)) chosen.push_back(&program);
  }
  if (chosen.empty()) throw std::runtime_error("no litmus test is named " + wanted.filter);
  if (wanted.list) {
    for (const native_program* program : chosen) fmt::print("{}\n", program->name);
    return 0;
  }
  hammer_options how;
  how.cores = usable_cores();
  how.rounds = wanted.rounds;
  how.seconds = wanted.seconds / static_cast<double>(chosen.size());
  fmt::print("{} litmus tests, {} s on {} cores, seed {}, allowed under {}\n", chosen.size(),
             wanted.seconds, how.cores.size(), wanted.seed, wanted.model);
  if (how.cores.size() < 2) fmt::print("one core only: nothing weak can be seen here\n");
  fmt::print("{:<28} {:>3} {:>11} {:>6} {:>8} {:>12} {:>10}\n", "test", "thr", "rounds", "seen",
             "not seen", "interesting", "forbidden");
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  std::uint64_t rounds = 0;
  std::size_t bad = 0;
  std::size_t interesting = 0;
  for (const native_program* program : chosen) {
    how.seed = wanted.seed + all.size();
    const judged one = judge(*program, wanted, how);
    print(one, wanted);
    all.push_back(told(one));
    rounds += one.rounds;
    bad += count(one.outcomes, grade::forbidden) != 0;
    interesting += count(one.outcomes, grade::interesting) != 0;
  }
  fmt::print(
      "{} tests, {} rounds: {} showed outcomes that no interleaving has, {} showed outcomes "
      "that are not allowed\n",
      chosen.size(), rounds, interesting, bad);
  if (!wanted.json.empty()) write_json(wanted, bad != 0, std::move(all));
  return bad == 0 ? 0 : 1;
}

}  // namespace
}  // namespace heddle::hardware_litmus

int main(int count, char** arguments) {
  heddle::hardware_litmus::settings wanted;
  CLI::App app{"Litmus tests on this processor, beside the outcomes that heddle allows."};
  app.add_option("--time", wanted.seconds, "seconds for all tests together")
      ->check(CLI::PositiveNumber);
  app.add_option("--rounds", wanted.rounds, "at most about so many rounds of each test");
  app.add_option("--seed", wanted.seed, "of the delays");
  app.add_option("--filter", wanted.filter, "tests of this name; * stands for anything");
  app.add_option("--memory-model", wanted.model, "cpp20, rc11 or sc")
      ->check(CLI::IsMember({"cpp20", "rc11", "sc"}));
  app.add_option("--json", wanted.json, "write all histograms to this file");
  app.add_flag("--tables", wanted.tables, "show the table of outcomes of every test");
  app.add_flag("--list", wanted.list, "only name the tests");
  app.add_option("--plant", wanted.plant, "for testing this tool: be wrong on purpose")
      ->check(CLI::IsMember({"forget", "misreport"}));
  try {
    app.parse(count, arguments);
    return heddle::hardware_litmus::run(wanted);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  } catch (const std::exception& failed) {
    fmt::print(stderr, "{}: {}\n", arguments[0], failed.what());
    return 2;
  }
}
