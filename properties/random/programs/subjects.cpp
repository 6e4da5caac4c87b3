#include "properties/random/programs/subjects.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "properties/random/programs/cases.hpp"

namespace programs {

const std::vector<subject>& all_subjects() {
  static const std::vector<subject> all = [] {
    std::vector<subject> gathered;
    for (const auto& some : {attached_waits(), cells(), gathering(), groups(), histories(), jobs(),
                             locks(), safepoints(), tasks(), waits()}) {
      gathered.insert(gathered.end(), some.begin(), some.end());
    }
    std::sort(gathered.begin(), gathered.end(), [](const subject& a, const subject& b) {
      return std::string_view(a.name) < std::string_view(b.name);
    });
    return gathered;
  }();
  return all;
}

const subject& subject_named(const char* name) {
  for (const subject& s : all_subjects()) {
    if (std::string_view(s.name) == name) return s;
  }
  throw std::out_of_range(std::string("there is no subject ") + name);
}

}  // namespace programs
