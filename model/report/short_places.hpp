// Places for a narrow table: "cell.cpp:12", with as many folders as it takes to tell the files of
// one failure apart.
#pragma once

#include <set>
#include <string>

#include "model/report/locator.hpp"

namespace heddle::report {

class short_places {
 public:
  explicit short_places(const locator& places) : places_(places) {}

  /// Announces a stack; all must be announced before the first is asked for.
  void add(const call_stack& stack);

  /// Its place; empty for an empty stack.
  std::string of(const call_stack& stack) const;

 private:
  std::string shortest(const std::string& file) const;

  const locator& places_;
  std::set<std::string> files_;
};

}  // namespace heddle::report
