#include "stress/runner/options.hpp"

#include <cstdlib>

namespace heddle::stress {

const char* const usage =
    "Runs checks on real threads, under the sanitizer that this program is linked with.\n"
    "  --list           name the checks\n"
    "  --filter GLOB    run those of this name; * stands for anything\n"
    "  --time SECONDS   for each check (default 1)\n"
    "  --rounds N       at most, of each check\n"
    "  --seed N         of the delays and of heddle::choose (default 1)\n"
    "  --hang SECONDS   a check that finishes no round for so long hangs (default 10)\n"
    "  --repeat         many rounds in a process: for checks that leave nothing behind in static\n"
    "                   storage; else each round has a process of its own\n"
    "  --json FILE      write the findings to this file\n"
    "Exit status: 0 nothing was found, 1 something was, 2 wrong usage or no verdict.\n";

stress_options parse(int count, char** words) {
  stress_options result;
  budget& allowed = result.allowed;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--help") {
      result.help = true;
    } else if (word == "--list") {
      result.list = true;
    } else if (word == "--repeat") {
      allowed.repeat = true;
    } else if (i + 1 == count) {
      result.complaint = word + ": unknown, or without its value";
    } else {
      const char* const value = words[++i];
      char* end = const_cast<char*>("");
      if (word == "--filter") {
        result.filter = value;
      } else if (word == "--json") {
        result.json = value;
      } else if (word == "--time") {
        allowed.seconds = std::strtod(value, &end);
      } else if (word == "--hang") {
        allowed.hang_seconds = std::strtod(value, &end);
      } else if (word == "--rounds") {
        allowed.rounds = std::strtoull(value, &end, 10);
      } else if (word == "--seed") {
        allowed.seed = std::strtoull(value, &end, 10);
      } else {
        result.complaint = word + ": unknown option";
      }
      if (*end != '\0') result.complaint = word + " wants a number, not " + value;
    }
  }
  if (!(allowed.seconds > 0) || !(allowed.hang_seconds > 0) || allowed.rounds == 0) {
    result.complaint = "--time, --hang and --rounds want something above 0";
  }
  return result;
}

bool matches(const char* pattern, const char* name) {
  if (*pattern == '\0') return *name == '\0';
  if (*pattern != '*') return *pattern == *name && matches(pattern + 1, name + 1);
  return matches(pattern + 1, name) || (*name != '\0' && matches(pattern, name + 1));
}

}  // namespace heddle::stress
