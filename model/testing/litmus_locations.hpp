// The shared locations of a litmus test and their numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/testing/litmus.hpp"
#include "model/testing/litmus_code.hpp"

namespace heddle::testing {

/// Numbers in the order of first mention, those of `init` that no thread mentions last. The cells
/// of an array have consecutive numbers.
class location_table {
 public:
  explicit location_table(const litmus_test& test);

  const std::vector<location_description>& all() const { return all_; }
  /// The location `name`, or cell 0 of the array `name`.
  location_id first(const std::string& name) const { return entries_.at(name).first; }
  std::uint32_t cells(const std::string& name) const { return entries_.at(name).cells; }

 private:
  struct entry {
    std::uint32_t cells = 0;  // 0: not an array
    bool scalar = false;
    location_id first = 0;
  };

  void enter(const std::string& name, std::uint32_t cells);
  void collect(const expression& e);
  void collect(const std::vector<statement>& body);

  std::map<std::string, entry> entries_;
  std::vector<std::string> order_;
  std::vector<location_description> all_;
};

}  // namespace heddle::testing
