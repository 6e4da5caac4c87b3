// Writes random litmus tests as C++, each as a HEDDLE_CHECK, and what heddle must say of them.
//
//   generate FIRST_SEED PROGRAMS FILES FOLDER
//
// makes FOLDER/programs_0.cpp … for as many FILES, and FOLDER/expected.json. What is expected comes
// from the search on the same program as data: how many complete executions there are under each
// memory model, how many end blocked, and why executions fail. Seeds are skipped whose programs
// have no equal in C++, more executions than a test has time for, or next to none; and so that at
// least half of the programs fail or have more executions under a weak memory model than under sc.
//
// Where the locations live and how wide they are changes from program to program.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/explore/exhaustive.hpp"
#include "model/testing/emit_cpp.hpp"
#include "model/testing/litmus_code.hpp"
#include "model/testing/litmus_program.hpp"
#include "model/testing/random_program.hpp"

namespace heddle::testing {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t executions_max = 3000;
constexpr std::uint64_t executions_min = 4;
constexpr std::array models = {memory_model::cpp20, memory_model::rc11, memory_model::sc};
constexpr std::array model_names = {"cpp20", "rc11", "sc"};

struct counts {
  std::uint64_t executions = 0;
  std::uint64_t blocked = 0;
  std::set<std::string> kinds;  // of failures; empty: verified
};

/// What a session of the driver counts, --keep-going, for a program without races.
counts explore(const litmus_code& code, memory_model model) {
  counts found;
  litmus_program program(code, failed_assertion::ends_execution);
  search_options options;
  options.model = model;
  exhaustive search(options);
  while (search.begin_execution() && found.executions + found.blocked <= executions_max) {
    program.run(search);
    const ending how = search.end_execution();
    if (program.any_failed()) {
      // One that was seen, whatever its other threads then waited for.
      found.kinds.insert("assertion");
      ++found.executions;
      continue;
    }
    switch (how) {
      case ending::deadlock:
        found.kinds.insert("deadlock");
        [[fallthrough]];
      case ending::blocked:
        ++found.blocked;
        break;
      case ending::complete:
      case ending::abandoned:
        ++found.executions;
        break;
      case ending::cut:
      case ending::unfinished:
      case ending::nondeterministic:
        throw std::runtime_error("an execution is cut short: " + code.name);
    }
  }
  return found;
}

void insert_after(std::string& text, const std::string& place, const std::string& addition) {
  const std::size_t at = text.find(place);
  if (at == std::string::npos) throw std::runtime_error("no " + place + " in " + text);
  text.insert(at + place.size(), addition);
}

/// Every second program is without anything that blocks; random programs seldom fail, so some get
/// an assertion, and some get two locks in the wrong order.
std::string program_of(std::uint64_t seed) {
  random_program_limits limits;
  limits.locks = seed % 2 != 0;
  limits.stops = false;
  const bool two_locks = seed % 16 == 3;
  if (two_locks) limits.max_operations = 6;
  std::string text = random_program(seed, limits);
  if (two_locks) {
    insert_after(text, "P0:\n", "    m.lock()\n    n.lock()\n    n.unlock()\n    m.unlock()\n");
    insert_after(text, "P1:\n", "    n.lock()\n    m.lock()\n    m.unlock()\n    n.unlock()\n");
  }
  if (seed % 6 == 0) text += "    assert r0 != " + std::to_string(1 + seed / 6 % 2) + "\n";
  return text;
}

emitted_form form_of(std::uint64_t seed) {
  constexpr std::array words = {"long", "int", "short", "signed char"};
  return {static_cast<emitted_storage>(seed / 4 % 3), words[seed % words.size()]};
}

struct emitted_program {
  std::string source;
  ordered_json expected;
  bool telling = false;  // it fails, or a weak memory model shows
};

/// False: the seed is of no use here.
bool emit(std::uint64_t seed, emitted_program& result) {
  const std::string text = program_of(seed);
  const litmus_test test = parse_litmus(text);
  if (!why_not_cpp(test).empty()) return false;
  const litmus_code code = compile(text);
  const std::string name = "seed_" + std::to_string(seed);
  ordered_json by_model;
  std::array<counts, models.size()> all;
  for (std::size_t m = 0; m < models.size(); ++m) {
    const counts& found = all[m] = explore(code, models[m]);
    if (found.executions + found.blocked > executions_max) return false;
    by_model[model_names[m]] = {
        {"executions", found.executions}, {"blocked", found.blocked}, {"kinds", found.kinds}};
  }
  result.telling = !all[0].kinds.empty() || all[0].executions != all[2].executions;
  if (!result.telling && all[0].executions < executions_min) return false;
  result.source = emit_cpp(test, name, form_of(seed));
  result.expected = {{"check", name},
                     {"seed", seed},
                     {"text", text},
                     {"source", result.source},
                     {"models", std::move(by_model)}};
  return true;
}

void write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

void generate(std::uint64_t first, std::uint64_t wanted, std::uint64_t files,
              const std::string& folder) {
  std::vector<std::string> sources(files, cpp_preamble());
  ordered_json expected = ordered_json::array();
  std::uint64_t seed = first;
  std::uint64_t plain = 0;
  for (; expected.size() < wanted; ++seed) {
    emitted_program next;
    if (!emit(seed, next)) continue;
    if (!next.telling && 2 * ++plain > wanted) continue;
    sources[expected.size() % files] += next.source;
    expected.push_back(std::move(next.expected));
  }
  for (std::uint64_t i = 0; i < files; ++i) {
    write(folder + "/programs_" + std::to_string(i) + ".cpp", sources[i]);
  }
  write(
      folder + "/expected.json",
      ordered_json{{"first_seed", first}, {"last_seed", seed - 1}, {"programs", expected}}.dump(1));
}

}  // namespace
}  // namespace heddle::testing

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "usage: %s FIRST_SEED PROGRAMS FILES FOLDER\n", arguments[0]);
    return 2;
  }
  const auto number = [&](int i) { return std::strtoull(arguments[i], nullptr, 10); };
  if (number(2) == 0 || number(3) == 0) {
    std::fprintf(stderr, "%s: at least one program and one file\n", arguments[0]);
    return 2;
  }
  try {
    heddle::testing::generate(number(1), number(2), number(3), arguments[4]);
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "%s: %s\n", arguments[0], failed.what());
    return 1;
  }
  return 0;
}
