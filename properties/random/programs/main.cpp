// random_programs [--list | SUBJECT…], random_mutants [--list | MUTANT…]
//
// Runs random programs over each primitive, all or those that are named: 0 if none of the right
// ones fails and each mistake is found and made small within its budget, else 1; 2: wrong
// arguments; 77: nothing failed, but of some subject not one program was exhausted. search.hpp says
// what the environment has to do with it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "properties/random/programs/search.hpp"

namespace programs {

std::string text_of(const subject& of, const program& which) {
  std::string text;
  for (std::size_t t = 0; t < which.size(); ++t) {
    text += "    thread " + std::to_string(t + 1) + ":";
    for (const step& s : which[t]) {
      text += &s == which[t].data() ? " " : ", ";
      text += of.operations[s.what].name;
      if (of.operations[s.what].values != 0) text += " " + std::to_string(s.value);
    }
    text += "\n";
  }
  return text;
}

namespace {

void tell_failure(const test_case& of, const outcome& found, const char* command) {
  std::printf("  found in program %zu, made small in %zu runs, from %zu steps to %zu:\n%s  %s\n",
              found.tried, found.shrinks, steps_in(found.first), steps_in(found.smallest),
              text_of(*of.of, found.smallest).c_str(), found.why.c_str());
  std::printf("  again: %s %s %s\n%s", found.again.c_str(), command, of.name, found.report.c_str());
}

enum class verdict { fine, bounded, wrong };

verdict verdict_on(const test_case& of, const outcome& found) {
  const bool planted = of.found_within != 0;
  if (!found.error.empty() || found.failed != planted) return verdict::wrong;
  if (planted) {
    return steps_in(found.smallest) <= of.shrunk_to ? verdict::fine : verdict::wrong;
  }
  return found.drawn < found.tried ? verdict::fine : verdict::bounded;
}

/// Runs it and tells.
verdict run(const test_case& of, const char* command) {
  plant(of);
  budget limits;
  const bool planted = of.found_within != 0;
  if (!of.of->explored) limits.programs = of.of->swarm ? 1000 : 100;
  if (planted) limits.programs = of.found_within;
  const auto begin = std::chrono::steady_clock::now();
  const outcome found = search(of, limits);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const verdict is = verdict_on(of, found);
  const char* const words[] = {"ok     ", "bounded", "FAILED "};
  std::printf("%s %s: %zu programs, %zu of them not in full, %zu executions, %.2f s\n",
              words[static_cast<int>(is)], of.name, found.tried, found.drawn, found.executions,
              took.count());
  if (found.failed) tell_failure(of, found, command);
  if (!found.error.empty()) std::printf("  %s\n", found.error.c_str());
  if (planted && !found.failed) std::printf("  the mistake is not found\n");
  if (planted && found.failed && is == verdict::wrong) {
    std::printf("  the smallest program should have at most %zu steps\n", of.shrunk_to);
  }
  std::fflush(stdout);
  return is;
}

}  // namespace
}  // namespace programs

int main(int count, char** arguments) {
  using namespace programs;
  const std::vector<test_case> all = all_cases();
  const std::string path = arguments[0];
  const std::string command = path.substr(path.rfind('/') + 1);
  if (count == 2 && std::strcmp(arguments[1], "--list") == 0) {
    for (const test_case& each : all) std::printf("%s\n", each.name);
    return 0;
  }
  std::vector<const test_case*> wanted;
  for (int i = 1; i < count; ++i) {
    const auto named = std::ranges::find_if(
        all, [&](const test_case& each) { return std::strcmp(each.name, arguments[i]) == 0; });
    if (named == all.end()) {
      std::fprintf(stderr, "%s: there is no \"%s\"; see --list\n", command.c_str(), arguments[i]);
      return 2;
    }
    wanted.push_back(&*named);
  }
  if (count == 1) {
    for (const test_case& each : all) wanted.push_back(&each);
  }
  verdict worst = verdict::fine;
  for (const test_case* each : wanted) worst = std::max(worst, run(*each, command.c_str()));
  const int status[] = {0, 77, 1};
  return status[static_cast<int>(worst)];
}
