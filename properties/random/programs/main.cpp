// random_programs [--list | SUBJECT…]
//
// Runs random programs over each primitive, all or those that are named: 0 if none of the real ones
// fails and each planted bug is found and made small within its budget, else 1; 2: wrong arguments;
// 77: nothing failed, but of some subject not one program was exhausted.
// search.hpp says what the environment has to do with it.
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

void tell_failure(const subject& of, const outcome& found) {
  std::printf("  found in program %zu, made small in %zu runs, from %zu steps to %zu:\n%s  %s\n",
              found.tried, found.shrinks, steps_in(found.first), steps_in(found.smallest),
              text_of(of, found.smallest).c_str(), found.why.c_str());
  std::printf("  again: %s random_programs %s\n", found.again.c_str(), of.name);
}

enum class verdict { fine, bounded, wrong };

verdict verdict_on(const subject& of, const outcome& found) {
  const bool planted = of.found_within != 0;
  if (!found.error.empty() || found.failed != planted) return verdict::wrong;
  if (planted) {
    return steps_in(found.smallest) <= of.shrunk_to ? verdict::fine : verdict::wrong;
  }
  return found.inconclusive < found.tried ? verdict::fine : verdict::bounded;
}

/// Runs it and tells.
verdict run(const subject& of) {
  budget limits;
  if (!of.explored) limits.programs = 1000;
  if (of.found_within != 0) limits.programs = of.found_within;
  const auto begin = std::chrono::steady_clock::now();
  const outcome found = search(of, limits);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const verdict is = verdict_on(of, found);
  const char* const words[] = {"ok     ", "bounded", "FAILED "};
  std::printf("%s %s: %zu programs, %zu inconclusive, %zu executions, %.2f s\n",
              words[static_cast<int>(is)], of.name, found.tried, found.inconclusive,
              found.executions, took.count());
  const bool planted = of.found_within != 0;
  if (found.failed) tell_failure(of, found);
  if (found.failed && (!planted || found.replayed)) std::printf("%s", found.report.c_str());
  if (!found.error.empty()) std::printf("  %s\n", found.error.c_str());
  if (planted && !found.failed) std::printf("  the planted bug is not found\n");
  if (planted && found.failed && is == verdict::wrong) {
    std::printf("  the smallest program should have at most %zu steps\n", of.shrunk_to);
  }
  std::fflush(stdout);
  return is;
}

const subject* named(const char* name) {
  for (const subject& s : all_subjects()) {
    if (std::strcmp(s.name, name) == 0) return &s;
  }
  return nullptr;
}

}  // namespace
}  // namespace programs

int main(int count, char** arguments) {
  using namespace programs;
  if (count == 2 && std::strcmp(arguments[1], "--list") == 0) {
    for (const subject& s : all_subjects()) std::printf("%s\n", s.name);
    return 0;
  }
  std::vector<const subject*> wanted;
  for (int i = 1; i < count; ++i) {
    wanted.push_back(named(arguments[i]));
    if (wanted.back() != nullptr) continue;
    std::fprintf(stderr, "random_programs: there is no subject \"%s\"; see --list\n", arguments[i]);
    return 2;
  }
  if (count == 1) {
    for (const subject& s : all_subjects()) wanted.push_back(&s);
  }
  verdict worst = verdict::fine;
  for (const subject* s : wanted) worst = std::max(worst, run(*s));
  const int status[] = {0, 77, 1};
  return status[static_cast<int>(worst)];
}
