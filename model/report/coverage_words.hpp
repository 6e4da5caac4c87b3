// What a coverage summary says to a person.
#pragma once

#include <string>
#include <vector>

#include "model/diagnose/coverage_summary.hpp"

namespace heddle::report {

struct coverage_words {
  std::vector<std::string> sentences;  // what was reached
  std::vector<std::string> list;       // what was not: at most 20 of each kind, and how many more
};

coverage_words words_for(const coverage_summary& coverage);

}  // namespace heddle::report
